/** What the live topic no longer holds, as the API tells it. Pure. */
import type { ConversationDoc, DeliveryDoc, MarkDoc, MessageDoc, NoteDoc } from '@/shared/protocol'
import { customerOf } from '../stores/conversations'
import { plainText } from './parts'
import { LINES_A_COMMIT, type Entry } from './thread'

export interface ToldMessage {
  id: string
  seq: number
  at: string
  author: string
  parts: Record<string, unknown>[]
  deliveries: DeliveryDoc[]
  withheld: string
  resend_of: string
  /** A note among colleagues. */
  internal: boolean
}

export interface ToldPage {
  items: ToldMessage[]
  seq: number
  next: number | null
}

/** A conversation as lists of the API show it. */
export interface ToldConversation {
  id: string
  customer_id: string
  state: string
  channel_id: string
  display_name: string
  opened_at: string
  updated_at: string
  closed_at: string | null
  close_reason: string
  owed_since: string | null
  handed_off_reason: string
  last_text: string
  last_kind: string
  last_author: string
  messages: number
  undelivered: number
  agent_id: string
  interaction_id: string
  disposition?: string
  summary?: string
}

const UNTOLD = { command_id: '', article: '', score: 0, ranking: null }

const episodeOf = (conversationId: string): number =>
  Number(conversationId.slice(conversationId.lastIndexOf('.') + 1))

/** The API tells the commit of a word and keeps the order within it. */
export function entriesOf(conversationId: string, page: ToldPage): Entry[] {
  const places = new Map<number, number>()
  return page.items.map(({ internal, ...told }): MessageDoc | NoteDoc => {
    const place = places.get(told.seq) ?? 0
    places.set(told.seq, place + 1)
    const common = { conversation_id: conversationId, n: told.seq * LINES_A_COMMIT + place }
    if (internal) {
      const { id, seq, at, author } = told
      return { kind: 'note', id, seq, at, author, text: plainText(told.parts), ...common }
    }
    return { kind: 'message', ...told, ...common, ...UNTOLD }
  })
}

/** The API tells no marks: where a conversation begins is marked by its first word. */
export function openingOf(conversationId: string, entries: readonly Entry[]): MarkDoc[] {
  const first = entries.reduce<Entry | undefined>(
    (least, entry) => (least === undefined || entry.n < least.n ? entry : least),
    undefined,
  )
  if (!first) return []
  const { n, at, seq } = first
  return [
    {
      ...{ kind: 'mark', id: `opened ${conversationId}`, what: 'opened', who: '', detail: '' },
      ...{ conversation_id: conversationId, n: n - 1, at, seq, ranking: null },
    },
  ]
}

export interface Gap {
  conversationId: string
  /** What follows from this number on is held already. */
  before: number
}

/** The conversation to load next: the oldest one that is not whole, else the one before it. */
export function nextGap(entries: readonly Entry[], current: string): Gap | null {
  let oldest: Entry | undefined
  for (const entry of entries) if (!oldest || entry.n < oldest.n) oldest = entry
  if (!oldest) return { conversationId: current, before: Number.MAX_SAFE_INTEGER }
  const { conversation_id: at, n } = oldest
  const whole = entries.some(
    (entry) => entry.kind === 'mark' && entry.what === 'opened' && entry.conversation_id === at,
  )
  if (!whole) return { conversationId: at, before: n }
  const episode = episodeOf(at)
  return episode > 1 ? { conversationId: `${customerOf(at)}.${episode - 1}`, before: n } : null
}

/** For what is read only through the API. */
export const asDoc = (told: ToldConversation): ConversationDoc => ({
  kind: 'conversation',
  seq: 0,
  reply_to: '',
  epoch: 0,
  wrap_up_until: null,
  disposition: '',
  summary: '',
  ...told,
})
