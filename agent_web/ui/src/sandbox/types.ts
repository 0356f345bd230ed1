/** What the sandbox page and the hub exchange: everything under /sandbox/. */

/** A packed value: its class under `is`, fields that stand on their default left out. */
export type Doc = { readonly is: string } & Readonly<Record<string, unknown>>

/** GET /sandbox/config */
export interface SandboxConfig {
  channel_id: string
  bank: string
  environment: string
  /** Where agents work, and the logins that take the customers of this page. */
  workspace: string
  agents: string[]
}

// ------------------------------------------------------------ the pretend phone
export type AccountMode = 'plain' | 'compatible' | 'safe'

export interface PhoneOwner {
  openid: string
  nickname: string
  following: boolean
}

/** GET /sandbox/devices/wechat/state */
export interface PhoneState {
  account: { name: string; id: string; mode: AccountMode }
  phones: PhoneOwner[]
}

/** POST /sandbox/devices/wechat/{openid}/messages */
export interface TextToSend {
  type: 'text'
  text: string
  menu_id?: string
}

/** POST /sandbox/devices/wechat/{openid}/events */
export interface EventToSend {
  event: 'subscribe' | 'unsubscribe'
}

export interface Menu {
  head: string
  list: { id: string; content: string }[]
  tail: string
}

export interface BubbleRecord {
  kind: 'bubble'
  n: number
  at: string
  side: 'customer' | 'account'
  msgtype: string
  text?: string
  menu?: Menu
  msg_id: string
}

export interface DeliveryRecord {
  kind: 'delivery'
  n: number
  at: string
  msg_id: string
  state: 'sending' | 'acked' | 'failed'
  attempt: number
}

export interface WireRecord {
  kind: 'wire'
  n: number
  at: string
  direction: 'to_hub' | 'from_hub'
  title: string
  request: { method: string; url: string; headers: Record<string, string>; body: string }
  response: { status: number; body: string }
  plain?: string
  ms: number
}

export interface TypingRecord {
  kind: 'typing'
  n: number
  at: string
  on: boolean
}

/** GET /sandbox/devices/wechat/{openid}/stream?after=N */
export type PhoneRecord = BubbleRecord | DeliveryRecord | WireRecord | TypingRecord

// ------------------------------------------------------------ the journal
export type EffectKind = 'message' | 'bot' | 'tell'

export interface EffectRecord {
  key: string
  kind: EffectKind
  destination: string
}

/** GET /sandbox/journal?channel=…&address=…&after=<seq>.<seq of the desk> */
export interface CommitRecord {
  /** `customer:<id>`, or `desk:main` where the desk decided about this customer. */
  stream: string
  seq: number
  shard: number
  n: number
  at: string
  commit: string
  rules: string
  token: string
  input: { key: string; source: string; order: string; body: Doc }
  events: Doc[]
  effects: EffectRecord[]
}
