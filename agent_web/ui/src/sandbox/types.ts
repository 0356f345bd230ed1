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
  /** The account's own menu, in the provider's form. */
  menu?: AccountMenu | null
  /** QR codes of the account that can be scanned now. */
  codes?: ScanCode[]
  /** Service notices one can subscribe to. */
  subscriptions?: Subscription[]
}

export interface Subscription {
  template_id: string
  title: string
}

export interface AccountMenu {
  button?: MenuButton[]
  menu?: { button?: MenuButton[] }
}

/** `click` sends its key, `view` opens its address; with `sub_button` it opens a list. */
export interface MenuButton {
  name: string
  type?: string
  key?: string
  url?: string
  pagepath?: string
  sub_button?: MenuButton[]
}

export interface ScanCode {
  ticket: string
  scene: string
}

export type FileKind = 'image' | 'voice' | 'video' | 'file'

/** POST /sandbox/devices/wechat/{openid}/messages */
export type MessageToSend =
  | { type: 'text'; text: string; menu_id?: string }
  | { type: FileKind; media_id: string; text?: string; title?: string }
  | { type: 'location'; latitude: number; longitude: number; label: string }
  | { type: 'link'; title: string; description: string; url: string }
  | { type: string; fields: Record<string, string>; text: string }

/** POST /sandbox/devices/wechat/{openid}/events */
export interface EventToSend {
  event: string
  key?: string
  ticket?: string
  /** XML elements of the push that have no name here. */
  fields?: Record<string, unknown>
}

/** A file of a phone. */
export interface MediumRecord {
  media_id: string
  type: string
  content_type: string
  name: string
  bytes: number
}

export interface Article {
  title: string
  description?: string
  url: string
  /** Of its picture. */
  picurl?: string
}

export interface Place {
  latitude: number | null
  longitude: number | null
  label: string
}

/** A service notice: its fields in the template's order, and the words before them. */
export interface Notice {
  template_id: string
  title?: string
  labels?: Record<string, string>
  rows: Record<string, string>
  url: string
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
  media?: MediumRecord
  article?: Article
  place?: Place
  notice?: Notice
  msg_id: string
}

/** A file was put on the phone's shelf; its message follows. */
export interface ShelfRecord {
  kind: 'media'
  n: number
  at: string
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
export type PhoneRecord = BubbleRecord | DeliveryRecord | WireRecord | TypingRecord | ShelfRecord

// ------------------------------------------------------------ the journal
export type EffectKind = 'message' | 'bot' | 'tell' | 'media' | 'profile'

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
