/** The state of the customer's open conversation, folded from events. */
import type { Doc } from '../types'

export type ConversationState =
  'none' | 'bot' | 'queued' | 'offered' | 'active' | 'wrap_up' | 'closed'

const AFTER: Readonly<Record<string, ConversationState>> = {
  ConversationOpened: 'bot',
  HandedOff: 'queued',
  InteractionOffered: 'offered',
  InteractionRequeued: 'queued',
  InteractionAssigned: 'active',
  InteractionResumed: 'active',
  WrapUpStarted: 'wrap_up',
  ConversationClosed: 'closed',
}

export function stateAfter(state: ConversationState, event: Doc): ConversationState {
  return AFTER[event.is] ?? state
}
