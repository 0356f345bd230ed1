/** Calls of the log of what is exchanged with providers. */
import type { Instant } from '@/shared/protocol'
import type { PageOf } from '../admin/usePaged'
import { get } from '../rest/api'

export type Outcome = 'ok' | 'refused' | 'failed' | 'uncertain'

export interface Exchange {
  id: string
  channel_id: string
  at: Instant
  direction: 'in' | 'out'
  operation: string
  outcome: Outcome
  status: number
  code: string
  provider_code: string
  request_id: string
  ms: number
  sent: Record<string, string>
  received: Record<string, string>
  ref: string
}

export const FILTERS = [
  'channel_id',
  'direction',
  'outcome',
  'operation',
  'request_id',
  'ref',
  'q',
  'since',
  'until',
] as const

export type Where = Partial<Record<(typeof FILTERS)[number], string>>

export const listExchanges = (cursor: string, where: Where): Promise<PageOf<Exchange>> =>
  get('/channel-log', { ...where, ...(cursor !== '' && { cursor }) })
