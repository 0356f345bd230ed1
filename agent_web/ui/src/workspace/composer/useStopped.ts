/** Refused words of a conversation: they go back to the box, and why stands over it. */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { MessageDoc } from '@/shared/protocol'
import { since, type Entry } from '../conversation/thread'
import { useConversations } from '../stores/conversations'
import { useSession } from '../stores/session'
import { useSending } from './sending'

export interface Stopping {
  conversationId: string
  kind: 'send' | 'note'
  reason: string
  /** The number the words were written on, and the one of the refusal. */
  seen: number
  seq: number
}

export interface Stopped {
  what: ShallowRef<Stopping | null>
  meanwhile: ComputedRef<MessageDoc[]>
  /** Whether this screen shows all that the refusal knew of. */
  caughtUp: ComputedRef<boolean>
  clear: () => void
}

export function useStopped(conversationId: () => string, entries: () => readonly Entry[]): Stopped {
  const sending = useSending()
  const conversations = useConversations()
  const session = useSession()
  const what = shallowRef<Stopping | null>(null)

  watch(
    () => sending.refusals(conversationId()),
    (refused) => {
      // The last words first: each goes before what stands in the box already.
      for (const each of [...refused].reverse()) {
        const { command, done } = each
        what.value = {
          conversationId: conversationId(),
          kind: command.do === 'note' ? 'note' : 'send',
          reason: done.reason,
          seen: command.do === 'send' ? command.seen : 0,
          seq: done.seq,
        }
        sending.takeBack(each)
      }
    },
    { immediate: true },
  )
  const meanwhile = computed(() =>
    what.value?.reason === 'stale_view' ? since(entries(), what.value.seen, session.author) : [],
  )
  const caughtUp = computed(
    () => what.value === null || conversations.seqOf(conversationId()) >= what.value.seq,
  )
  return { what, meanwhile, caughtUp, clear: () => (what.value = null) }
}
