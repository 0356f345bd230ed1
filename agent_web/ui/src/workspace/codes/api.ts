/** Calls of an account's QR codes. */
import type { Instant } from '@/shared/protocol'
import { get, post, put, remove } from '../rest/api'

const MAKE_MS = 16_000

export interface SceneCode {
  scene: string
  label: string
  queue_id: string | null
  url: string
  created_at: Instant
  created_by: string
  /** null: it holds for ever. */
  expires_at: Instant | null
}

export interface WantedCode {
  scene: string
  label: string
  queue_id: string | null
  /** null: for ever. */
  valid_s: number | null
}

export interface CodePage {
  items: SceneCode[]
  next: string | null
}

const at = (id: string): string => `/channel-accounts/${encodeURIComponent(id)}/qr-codes`
const one = (id: string, scene: string): string => `${at(id)}/${encodeURIComponent(scene)}`

export const listCodes = (id: string, cursor: string): Promise<CodePage> =>
  get(at(id), { limit: '20', ...(cursor !== '' && { cursor }) })
export const makeCode = (id: string, wanted: WantedCode): Promise<SceneCode> =>
  post(at(id), wanted, MAKE_MS)
export const changeCode = (
  id: string,
  scene: string,
  label: string,
  queue_id: string | null,
): Promise<SceneCode> => put(one(id, scene), { label, queue_id })
export const forgetCode = (id: string, scene: string): Promise<void> => remove(one(id, scene))

/** The picture, to be shown and to be saved. */
export const pictureOf = (id: string, scene: string): string => `/api/v1${one(id, scene)}/picture`
