/** What the person at this screen does: each act once, however often the line breaks. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { AgentCommand, Done } from '@/shared/protocol'
import { newId, type Pending, type Refused } from '../socket/pending'
import { useLink } from './link'

export { newId, type Pending, type Refused }

export const useCommands = defineStore('commands', () => {
  const { client } = useLink()
  /** Not answered yet, oldest first; also what a reload left over. */
  const pending = computed<Pending[]>(() => [...client.pending.open.values()])
  /** Refused and not dismissed yet, oldest first. */
  const refused = computed<Refused[]>(() => [...client.pending.refused.values()])

  /** Resolves with a `Done` of state "decided" or "refused"; never while the hub is away. */
  const act = (command: AgentCommand, id = newId()): Promise<Done> => client.do(command, id)

  /** Give a pending one up, or forget a refused one. */
  function dismiss(id: string): void {
    client.discard(id)
  }

  return { pending, refused, do: act, dismiss }
})
