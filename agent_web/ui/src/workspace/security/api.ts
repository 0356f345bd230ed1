/** Calls of one's own access, and of keys, webhooks, users and the audit log. */
import type { Instant, Role } from '@/shared/protocol'
import type { PageOf } from '../admin/usePaged'
import { get, post, put, remove, tell } from '../rest/api'

const SLOW_MS = 20_000
const from = (cursor: string): Record<string, string> => (cursor === '' ? {} : { cursor })
const at = (base: string, id: string): string => `${base}/${encodeURIComponent(id)}`

// ------------------------------------------------------------ one's own access
export interface OwnFactor {
  second_factor: boolean
  recovery_codes: number
}

export interface OfferedFactor {
  uri: string
  secret: string
  /** A QR code as a data URI. */
  picture: string
}

export const changePassword = (current: string, fresh: string): Promise<unknown> =>
  put('/session/password', { current, new: fresh })
export const getFactor = (): Promise<OwnFactor> => get('/session/otp')
export const beginFactor = (): Promise<OfferedFactor> => post('/session/otp')
export const confirmFactor = async (code: string): Promise<string[]> =>
  (await put<{ recovery_codes: string[] }>('/session/otp', { code })).recovery_codes
export const removeFactor = (current: string, code: string): Promise<void> =>
  remove('/session/otp', { current, code })

// ------------------------------------------------------------ keys
export interface ApiKey {
  id: string
  name: string
  scopes: string[]
  created_at: Instant
  created_by: string
  expires_at: Instant | null
  revoked_at: Instant | null
  used_at: Instant | null
}

export interface NewKey {
  name: string
  scopes: string[]
  expires_at: Instant | null
}

export const listKeys = (cursor: string): Promise<PageOf<ApiKey>> => get('/keys', from(cursor))
export const createKey = (key: NewKey): Promise<{ key: ApiKey; secret: string }> =>
  post('/keys', key)
export const revokeKey = (id: string): Promise<void> => remove(at('/keys', id))

// ------------------------------------------------------------ webhooks
export interface Webhook {
  id: string
  url: string
  events: string[]
  state: 'active' | 'paused'
  because: string
  failures: number
  failing_since: Instant | null
  last_status: number
  last_at: Instant | null
  created_at: Instant
  created_by: string
}

export type NewWebhook = Pick<Webhook, 'url' | 'events'>

/** A run of notices of the commits `first` to `last` that arrived, or the one that did not.
 *  `status` 0: no answer, and `error` says why. */
export interface Delivery {
  id: number
  at: Instant
  shard: number
  first: number
  last: number
  notices: number
  outcome: 'delivered' | 'failed'
  status: number
  error: string
  attempt: number
  ms: number
}

const HOOKS = '/webhooks'
export const listWebhooks = (cursor: string): Promise<PageOf<Webhook>> => get(HOOKS, from(cursor))
export const createWebhook = (asked: NewWebhook): Promise<{ webhook: Webhook; secret: string }> =>
  post(HOOKS, asked)
export const removeWebhook = (id: string): Promise<void> => remove(at(HOOKS, id))
export const pauseWebhook = (id: string): Promise<Webhook> => post(`${at(HOOKS, id)}/pause`)
export const resumeWebhook = (id: string): Promise<Webhook> => post(`${at(HOOKS, id)}/resume`)
export const replayWebhook = (id: string, since: Instant): Promise<Webhook> =>
  post(`${at(HOOKS, id)}/replay`, { since })
export const pingWebhook = async (id: string): Promise<number> =>
  (await post<{ status: number }>(`${at(HOOKS, id)}/ping`, undefined, SLOW_MS)).status
export const listDeliveries = (id: string, cursor: string): Promise<PageOf<Delivery>> =>
  get(`${at(HOOKS, id)}/deliveries`, from(cursor))

// ------------------------------------------------------------ users
export interface UserRow {
  username: string
  display_name: string
  role: Role
  version: number
  disabled: boolean
  must_change: boolean
  second_factor: boolean
  recovery_codes: number
  locked_s: number
}

export type UserChange = Pick<UserRow, 'version' | 'display_name' | 'role' | 'disabled'>
export type NewUser = Pick<UserRow, 'username' | 'display_name' | 'role'>

const USERS = '/users'
export const listUsers = (cursor: string): Promise<PageOf<UserRow>> => get(USERS, from(cursor))
export const addUser = (asked: NewUser): Promise<{ user: UserRow; password: string }> =>
  post(USERS, asked)
export const putUser = (username: string, change: UserChange): Promise<UserRow> =>
  put(at(USERS, username), change)
export const resetPassword = async (username: string): Promise<string> =>
  (await post<{ password: string }>(`${at(USERS, username)}/reset-password`)).password
export const unlockUser = (username: string): Promise<void> => tell(`${at(USERS, username)}/unlock`)
export const resetFactor = (username: string): Promise<void> =>
  tell(`${at(USERS, username)}/reset-otp`)

// ------------------------------------------------------------ audit
export interface Happening {
  n: number
  at: Instant
  actor: string
  act: string
  object: string
  outcome: string
  source: string
  detail: Record<string, string | number | boolean>
  /** Of an outcome: the row that says the act began; 0 = it has one row. */
  begun: number
  /** Of a beginning: the row of the outcome; 0 = there is none. */
  ended: number
  previous: string
  proof: string
}

export const listAudit = (
  cursor: string,
  where: Record<string, string>,
): Promise<PageOf<Happening>> => get('/audit', { ...where, ...from(cursor) })

/** From row `n` to row `last`; `problem`: `code` in an English sentence. */
export interface Flaw {
  n: number
  last: number
  code: string
  problem: string
}

/** Row `n` tells that it began, and no row how it ended. */
export interface UnfinishedAct {
  n: number
  act: string
  actor: string
  at: Instant
}

/**
 * `checked`: looked at for this answer; `verified`: the last look at all rows. Of the unfinished
 * the latest are named.
 */
export interface AuditState {
  n: number
  /** Of the last row. */
  proof: string
  at: Instant | null
  checked: { first: number; last: number; holds: boolean; flaws: Flaw[] }
  unfinished: { first: number; last: number; count: number; items: UnfinishedAct[] }
  /** `unfinished` null: it was not counted. */
  verified: { n: number; at: Instant; flaws: number; unfinished: number | null } | null
}

export const getAuditState = (): Promise<AuditState> => get('/audit/state')

// ------------------------------------------------------------ hidden numbers
export interface Revealed {
  kind: 'identity' | 'card' | 'phone'
  masked: string
  value: string
  seq: number
  at: Instant
  message_id: string
}

export const unmask = (
  customerId: string,
  reason: string,
  after: number,
): Promise<{ items: Revealed[]; next: number | null }> =>
  post(`${at('/customers', customerId)}/unmask`, { reason, after })
