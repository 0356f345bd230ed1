/** What the person at the screen may do with a conversation. Pure; the hub decides again. */
import type { ConversationDoc, Role, WorkDoc } from '@/shared/protocol'

/**
 * `mine`: write. `joining`: mine at the desk, on its way to the conversation: write, it waits.
 * `wrap_up`: mine, the talk is over. `offered`: to me. `waiting`: could be taken by me.
 * `elsewhere`: a colleague's or the bot's. `closed`: over.
 */
export type Mode = 'mine' | 'joining' | 'wrap_up' | 'offered' | 'waiting' | 'elsewhere' | 'closed'

export function modeOf(
  me: string,
  conversation: ConversationDoc | undefined,
  work: WorkDoc | undefined,
): Mode {
  if (work && work.agent_id === me) {
    if (work.state === 'offered') return 'offered'
    if (work.state === 'active' || work.state === 'wrap_up') return ownMode(conversation, work)
  }
  if (work?.state === 'queued') return 'waiting'
  if (!conversation) return 'elsewhere'
  if (conversation.state === 'closed') return 'closed'
  if (!work && conversation.agent_id === me) {
    if (conversation.state === 'active') return 'mine'
    if (conversation.state === 'wrap_up') return 'wrap_up'
  }
  return 'elsewhere'
}

function ownMode(conversation: ConversationDoc | undefined, work: WorkDoc): Mode {
  if (conversation?.interaction_id !== work.id || conversation.epoch < work.epoch) return 'joining'
  if (conversation.state === 'closed') return 'closed'
  if (conversation.agent_id !== work.agent_id) return 'joining'
  if (conversation.state === 'active') return 'mine'
  return conversation.state === 'wrap_up' ? 'wrap_up' : 'joining'
}

/** Notes: whoever serves it, and those who lead, while it is open. */
export function mayNote(
  mode: Mode,
  role: Role,
  conversation: ConversationDoc | undefined,
): boolean {
  if (mode === 'mine') return true
  const leads = role === 'supervisor' || role === 'admin'
  return leads && conversation !== undefined && conversation.state !== 'closed'
}
