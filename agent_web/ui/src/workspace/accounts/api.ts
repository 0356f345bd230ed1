/** Calls of the accounts on channels. */
import type { Instant } from '@/shared/protocol'
import { get, post, put, remove } from '../rest/api'

const TEST_MS = 35_000

export interface Words {
  zh: string
  en: string
}

export type Value = string | number | boolean | string[] | null

export interface FormField {
  name: string
  type: 'text' | 'number' | 'bool' | 'choice' | 'secret' | 'seconds' | 'address' | 'lines'
  choices: string[]
  default: Value
  required: boolean
  title: Words
  hint: Words
  group: 'basic' | 'windows' | 'advanced'
  /** Where this secret is kept when it is rotated; "" = it cannot be. */
  previous: string
}

export interface ChannelKind {
  kind: string
  title: Words
  fields: FormField[]
}

export type AccountState = 'running' | 'paused' | 'failed' | 'checking'

export interface Quota {
  name: string
  used: number | null
  limit: number | null
  until: Instant | null
}

export interface Account {
  id: string
  kind: string
  name: string
  state: AccountState
  /** Why the version shown is not served; the one before still is. */
  problem: string
  paused: boolean
  source: 'file' | 'here'
  version: number
  config: Record<string, Value>
  secrets: Record<string, { set: boolean; changed_at: Instant | null }>
  health: Record<string, string>
  quota: Quota[]
  hook_url: string
  /** What can be kept with it: "menu", "qr_codes". */
  offers: string[]
  updated_at: Instant | null
  updated_by: string
}

export interface Asked {
  kind: string
  name: string
  config: Record<string, Value>
  /** One that is absent stays, null takes it away. */
  secrets: Record<string, string | null>
}

export interface Check {
  name: string
  ok: boolean
  code: string
  detail: string
}

export interface Tested {
  ok: boolean
  checks: Check[]
}

const BASE = '/channel-accounts'
const at = (id: string): string => `${BASE}/${encodeURIComponent(id)}`

export const listKinds = async (): Promise<ChannelKind[]> =>
  (await get<{ items: ChannelKind[] }>('/channel-kinds')).items
export const listAccounts = async (): Promise<Account[]> =>
  (await get<{ items: Account[] }>(BASE)).items
export const putAccount = (id: string, version: number, asked: Asked): Promise<Account> =>
  put(at(id), { version, ...asked })
export const testAccount = (asked: Asked, id: string): Promise<Tested> =>
  post('/channel-tests', { ...asked, ...(id !== '' && { id }) }, TEST_MS)
export const rotateSecrets = (
  id: string,
  version: number,
  secrets: Record<string, string>,
): Promise<Account> => post(`${at(id)}/rotate`, { version, secrets })
export const pauseAccount = (id: string): Promise<Account> => post(`${at(id)}/pause`)
export const resumeAccount = (id: string): Promise<Account> => post(`${at(id)}/resume`)
export const removeAccount = (id: string, version: number): Promise<void> =>
  remove(`${at(id)}?version=${version}`)
