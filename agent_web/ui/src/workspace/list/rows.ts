/** The rows of the list: what is shown of a piece of work or a conversation, and in which order. */
import type { ConversationDoc, WorkDoc } from '@/shared/protocol'
import type { ConversationRow } from '../rest/conversations'

export interface Row {
  /** The conversation's id. */
  id: string
  /** "" when the channel does not tell it. */
  name: string
  customerId: string
  channel: string
  state: string
  /** `at` counts up when `counts`, else it is the time of the last word. */
  at: string
  counts: boolean
  /** The waiting time that should not be exceeded, in milliseconds; 0 without one. */
  targetMs: number
  text: string
  kind: string
  author: string
  queueId: string
  reason: string
  unread: number
  draft: boolean
  /** Meant for this agent only. */
  meant: boolean
  returns: number
  work: WorkDoc | null
  /** Not in the list any more; stays until the hand has left it. */
  gone: boolean
}

type Said = Pick<ConversationDoc, 'last_text' | 'last_kind' | 'last_author' | 'updated_at'>

const said = (from: Said | undefined): Pick<Row, 'text' | 'kind' | 'author'> => ({
  text: from?.last_text ?? '',
  kind: from?.last_kind ?? '',
  author: from?.last_author ?? '',
})

/** Whether the customer waits for a word of ours. */
const owed = (row: Row): boolean => row.state === 'active' && row.counts

export function mineRow(
  work: WorkDoc,
  conversation: ConversationDoc | undefined,
  own: { unread: number; draft: boolean },
): Row {
  const owedSince = (work.state === 'active' && conversation?.owed_since) || null
  return {
    id: work.conversation_id,
    name: work.display_name,
    customerId: work.customer_id,
    channel: work.channel_id,
    state: work.state,
    at: owedSince ?? conversation?.updated_at ?? work.since,
    counts: owedSince !== null,
    targetMs: 0,
    ...said(conversation),
    queueId: work.queue_id,
    reason: work.reason,
    unread: own.unread,
    draft: own.draft,
    meant: false,
    returns: 0,
    work,
    gone: false,
  }
}

export function queuedRow(work: WorkDoc, targetMs: number): Row {
  return {
    ...mineRow(work, undefined, { unread: 0, draft: false }),
    at: work.waiting_since,
    counts: true,
    targetMs,
    meant: work.target !== '',
    returns: work.returns,
  }
}

export function listedRow(from: ConversationDoc | ConversationRow): Row {
  return {
    id: from.id,
    name: from.display_name,
    customerId: from.customer_id,
    channel: from.channel_id,
    state: from.state,
    at: from.updated_at,
    counts: false,
    targetMs: 0,
    ...said(from),
    queueId: '',
    reason: '',
    unread: 0,
    draft: false,
    meant: false,
    returns: 0,
    work: null,
    gone: false,
  }
}

/** The order in which the desk gives work: what came back or was moved ahead, then who waits longest. */
export const byTurn = (a: WorkDoc, b: WorkDoc): number =>
  Number(b.first) - Number(a.first) || a.waiting_since.localeCompare(b.waiting_since)

/** `now`: the hub's time in milliseconds. */
export const isLate = (row: Row, now: number): boolean =>
  row.targetMs > 0 && now - Date.parse(row.at) > row.targetMs

/** Who waits for an answer first, the longest wait on top; then what was touched last. */
export function byNeed(a: Row, b: Row): number {
  if (owed(a) !== owed(b)) return owed(a) ? -1 : 1
  return owed(a) ? a.at.localeCompare(b.at) : b.at.localeCompare(a.at)
}

export interface Held {
  rows: Row[]
  /** New rows that wait until the hand has left the list. */
  fresh: number
}

/**
 * The list as it may be shown while somebody's hand is in it: the order of before, what has gone
 * stays as a shade, what is new waits.
 */
export function hold(before: readonly Row[], now: readonly Row[]): Held {
  const known = new Map(now.map((row) => [row.id, row]))
  const shown = new Set(before.map((row) => row.id))
  return {
    rows: before.map((row) => known.get(row.id) ?? { ...row, gone: true }),
    fresh: now.filter((row) => !shown.has(row.id)).length,
  }
}
