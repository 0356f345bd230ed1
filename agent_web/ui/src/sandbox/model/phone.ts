/** The fold of a phone's stream: what stands in the chat and what went over the wire. */
import type {
  Article,
  BubbleRecord,
  DeliveryRecord,
  MediumRecord,
  Menu,
  Notice,
  PhoneRecord,
  Place,
  WireRecord,
} from '../types'

/** `unsent`: the phone itself could not hand the message to the provider. */
export type DeliveryState = 'sending' | 'acked' | 'failed' | 'unsent'

export interface Delivery {
  state: DeliveryState
  attempt: number
}

export interface Bubble {
  key: string
  msgId: string
  side: 'customer' | 'account'
  at: string
  msgtype: string
  text: string
  menu: Menu | null
  media: MediumRecord | null
  article: Article | null
  place: Place | null
  notice: Notice | null
  /** The menu item whose tap wrote this message, else "". */
  choice: string
  delivery: Delivery | null
}

export interface PhoneView {
  bubbles: Bubble[]
  /** Newest first. */
  exchanges: WireRecord[]
  /** The account shows that it is typing. */
  typing: boolean
}

const MOST_EXCHANGES = 200
let written = 0

export function emptyPhone(): PhoneView {
  return { bubbles: [], exchanges: [], typing: false }
}

/** Show a message at once; the provider's own record replaces it. Returns its key. */
export function writeBubble(
  view: PhoneView,
  text: string,
  choice: string,
  at: string,
  more: Partial<Bubble> = {},
): string {
  written += 1
  const key = `written-${written}`
  const delivery: Delivery = { state: 'sending', attempt: 1 }
  view.bubbles.push({
    key,
    msgId: '',
    side: 'customer',
    at,
    msgtype: 'text',
    text,
    ...{ menu: null, media: null, article: null, place: null, notice: null },
    choice,
    delivery,
    ...more,
  })
  return key
}

/** The provider took the message: from now on it is known by the provider's id. */
export function nameBubble(view: PhoneView, key: string, msgId: string): void {
  const bubble = view.bubbles.find((each) => each.key === key)
  if (bubble?.msgId !== '') return
  if (view.bubbles.some((each) => each.msgId === msgId)) forgetBubble(view, key)
  else bubble.msgId = msgId
}

export function failBubble(view: PhoneView, key: string): void {
  const bubble = view.bubbles.find((each) => each.key === key)
  if (bubble) bubble.delivery = { state: 'unsent', attempt: 1 }
}

export function forgetBubble(view: PhoneView, key: string): void {
  view.bubbles = view.bubbles.filter((each) => each.key !== key)
}

export function foldPhone(view: PhoneView, record: PhoneRecord): void {
  switch (record.kind) {
    case 'bubble':
      foldBubble(view, record)
      break
    case 'delivery':
      foldDelivery(view, record)
      break
    case 'typing':
      view.typing = record.on
      break
    case 'media':
      break
    case 'wire':
      view.exchanges.unshift(record)
      if (view.exchanges.length > MOST_EXCHANGES) view.exchanges.pop()
  }
}

function foldBubble(view: PhoneView, record: BubbleRecord): void {
  const text = record.text ?? ''
  if (record.side === 'account') view.typing = false
  const written = view.bubbles.find(
    (each) =>
      each.msgId === record.msg_id ||
      (each.msgId === '' &&
        record.side === 'customer' &&
        each.msgtype === record.msgtype &&
        each.media?.media_id === record.media?.media_id &&
        each.text === text &&
        each.delivery?.state === 'sending'),
  )
  if (written) {
    written.msgId = record.msg_id
    written.at = record.at
    return
  }
  view.bubbles.push({
    key: `n-${record.n}`,
    msgId: record.msg_id,
    side: record.side,
    at: record.at,
    msgtype: record.msgtype,
    text,
    menu: record.menu ?? null,
    media: record.media ?? null,
    article: record.article ?? null,
    place: record.place ?? null,
    notice: record.notice ?? null,
    choice: '',
    delivery: record.side === 'customer' ? { state: 'sending', attempt: 1 } : null,
  })
}

function foldDelivery(view: PhoneView, record: DeliveryRecord): void {
  const bubble = view.bubbles
    .slice()
    .reverse()
    .find((each) => each.side === 'customer' && each.msgId === record.msg_id)
  if (bubble) bubble.delivery = { state: record.state, attempt: record.attempt }
}
