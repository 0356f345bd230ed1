/** The calls of the sandbox page. A call that fails throws `Unreachable` or `Declined`. */
import type {
  AccountMode,
  EventToSend,
  FileKind,
  MediumRecord,
  MessageToSend,
  PhoneOwner,
  PhoneState,
  SandboxConfig,
} from './types'

const DEVICE = '/sandbox/devices/wechat'
const PATIENCE_MS = 10_000
const UPLOAD_MS = 60_000

export class Unreachable extends Error {}

export class Declined extends Error {
  readonly status: number

  constructor(status: number) {
    super(`status ${status}`)
    this.status = status
  }
}

async function call(path: string, body?: object): Promise<Response> {
  const sending = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  let response: Response
  try {
    response = await fetch(path, {
      ...sending,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (error) {
    throw new Unreachable(path, { cause: error })
  }
  if (!response.ok) throw new Declined(response.status)
  return response
}

async function json<T>(path: string, body?: object): Promise<T> {
  return (await (await call(path, body)).json()) as T
}

export const fetchConfig = (): Promise<SandboxConfig> => json('/sandbox/config')

export const fetchPhones = (): Promise<PhoneState> => json(`${DEVICE}/state`)

export const takePhone = (nickname: string): Promise<PhoneOwner> =>
  json(`${DEVICE}/phones`, { nickname })

export const sendMessage = (openid: string, message: MessageToSend): Promise<{ msg_id: string }> =>
  json(`${DEVICE}/${openid}/messages`, message)

/** Puts a file on the phone's shelf; the simulator makes of a recording what phones send. */
export async function giveFile(openid: string, kind: FileKind, file: File): Promise<MediumRecord> {
  const query = new URLSearchParams({ type: kind, name: file.name })
  const path = `${DEVICE}/${openid}/media?${query.toString()}`
  const response = await fetch(path, {
    method: 'POST',
    body: file,
    headers: { 'Content-Type': 'application/octet-stream' },
    signal: AbortSignal.timeout(UPLOAD_MS),
  }).catch((error: unknown) => {
    throw new Unreachable(path, { cause: error })
  })
  if (!response.ok) throw new Declined(response.status)
  return (await response.json()) as MediumRecord
}

/** `heard`: a voice in a form every browser plays. */
export const mediumUrl = (mediaId: string, heard = false): string =>
  `${DEVICE}/media/${encodeURIComponent(mediaId)}${heard ? '/heard' : ''}`

export async function sendEvent(openid: string, event: EventToSend): Promise<void> {
  await call(`${DEVICE}/${openid}/events`, event)
}

export const phoneStreamUrl = (openid: string, after: string): string =>
  `${DEVICE}/${openid}/stream?after=${after}`

export function journalUrl(channelId: string, openid: string, after: string): string {
  const query = new URLSearchParams({
    channel: channelId,
    address: openid,
    after,
  })
  return `/sandbox/journal?${query.toString()}`
}

export type { AccountMode }
