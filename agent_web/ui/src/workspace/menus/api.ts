/** Calls of an account's menu, and the queues its buttons may name. */
import type { Instant } from '@/shared/protocol'
import { get, post, put } from '../rest/api'

const PUBLISH_MS = 16_000

export type EntryKind = 'question' | 'hand_off' | 'link' | 'mini_program'

export interface MenuEntry {
  name: string
  kind: EntryKind
  /** What the provider sends for a press; "" is made by the hub. */
  key: string
  question: string
  queue_id: string | null
  url: string
  app_id: string
  page: string
}

export interface MenuButton extends Omit<MenuEntry, 'kind'> {
  kind: EntryKind | 'group'
  entries: MenuEntry[]
}

/** Lengths in bytes of UTF-8. */
export interface MenuLimits {
  buttons: number
  entries: number
  group_name: number
  entry_name: number
  key: number
  url: number
}

export interface AccountMenu {
  version: number
  buttons: MenuButton[]
  /** Customers see what stands here. */
  live: boolean
  published_at: Instant | null
  updated_at: Instant | null
  updated_by: string
  limits: MenuLimits
}

export interface QueueName {
  id: string
  name: string
  name_en: string
}

const at = (id: string): string => `/channel-accounts/${encodeURIComponent(id)}/menu`

export const fetchMenu = (id: string): Promise<AccountMenu> => get(at(id))
export const keepMenu = (
  id: string,
  version: number,
  buttons: readonly MenuButton[],
): Promise<AccountMenu> => put(at(id), { version, buttons })
export const publishMenu = (id: string, version: number): Promise<AccountMenu> =>
  post(`${at(id)}/publish`, { version }, PUBLISH_MS)
export const fetchQueues = async (): Promise<QueueName[]> =>
  (await get<{ items: QueueName[] }>('/queues')).items
