/** Conversations as the REST lists give them: those that are not, or no more, on this screen. */
import type { Instant } from '@/shared/protocol'
import { get } from './api'

export interface ConversationRow {
  id: string
  customer_id: string
  state: string
  channel_id: string
  display_name: string
  updated_at: Instant
  last_text: string
  last_kind: string
  last_author: string
  agent_id: string
}

export interface ConversationPage {
  items: ConversationRow[]
  next: string | null
}

export const fetchConversations = (query: Record<string, string>): Promise<ConversationPage> =>
  get<ConversationPage>('/conversations', query)
