/** What was written here and does not stand in the conversation yet. Pure. */
import type { AgentCommand, Card, MessageDoc } from '@/shared/protocol'

/**
 * `held`: the assignment has not reached the conversation yet. `waiting`: the hub has not answered.
 * `landing`: decided, and on its way back to this screen.
 */
export type OutgoingState = 'held' | 'waiting' | 'landing'

export interface Outgoing {
  id: string
  conversationId: string
  kind: 'send' | 'note'
  text: string
  /** Ids of the files that go with it; absent in what an older page left behind. */
  files?: readonly string[]
  card?: Card
  /** Milliseconds of this machine. */
  at: number
  state: OutgoingState
  /** The number of the commit that decided it, 0 before. */
  seq: number
}

interface Given {
  id: string
  command: AgentCommand
  at: number
}

/** A command as a line of the log; undefined for what is no word of somebody. */
export function asOutgoing({ id, command, at }: Given): Outgoing | undefined {
  if (command.do !== 'send' && command.do !== 'note') return undefined
  const { conversation_id: conversationId, text, do: kind } = command
  const files = command.do === 'send' ? (command.media_ids ?? []) : []
  const card = command.do === 'send' ? command.card : null
  const line: Outgoing = {
    id,
    conversationId,
    kind,
    text: text ?? '',
    at,
    state: 'waiting',
    seq: 0,
  }
  return { ...line, ...(files.length > 0 && { files }), ...(card && { card }) }
}

/** Without what the conversation shows by now. */
export function notShown(
  outgoing: readonly Outgoing[],
  messages: readonly MessageDoc[],
  seq: number,
): Outgoing[] {
  const shown = new Set(messages.map((message) => message.command_id))
  return outgoing.filter(
    (each) => !shown.has(each.id) && (each.state !== 'landing' || each.seq > seq),
  )
}

/** A text that comes back joins what has been typed since, in the order of writing. */
export const putBack = (returned: string, typed: string): string => {
  if (returned === '') return typed
  return typed.trim() === '' ? returned : `${returned}\n${typed}`
}
