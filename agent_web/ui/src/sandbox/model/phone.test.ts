import { describe, expect, it } from 'vitest'
import type { BubbleRecord, DeliveryRecord, PhoneRecord, WireRecord } from '../types'
import {
  emptyPhone,
  failBubble,
  foldPhone,
  forgetBubble,
  nameBubble,
  writeBubble,
  type PhoneView,
} from './phone'

const AT = '2026-11-21T06:00:00Z'
const said = (n: number, text: string, msg_id: string): BubbleRecord => ({
  kind: 'bubble',
  n,
  at: AT,
  side: 'customer',
  msgtype: 'text',
  text,
  msg_id,
})
const delivery = (
  n: number,
  msg_id: string,
  state: DeliveryRecord['state'],
  attempt = 1,
): DeliveryRecord => ({ kind: 'delivery', n, at: AT, msg_id, state, attempt })
const wire = (n: number): WireRecord => ({
  kind: 'wire',
  n,
  at: AT,
  direction: 'to_hub',
  title: 'text',
  request: { method: 'POST', url: '/', headers: {}, body: '' },
  response: { status: 200, body: 'success' },
  ms: 1,
})

function after(view: PhoneView, ...records: PhoneRecord[]): PhoneView {
  for (const record of records) foldPhone(view, record)
  return view
}

describe('what the customer writes', () => {
  it('stands once, whether the stream or the answer of the call comes first', () => {
    const first = emptyPhone()
    const key = writeBubble(first, '你好', '', AT)
    nameBubble(first, key, '7')
    after(first, said(1, '你好', '7'))

    const second = emptyPhone()
    const other = writeBubble(second, '你好', '', AT)
    after(second, said(1, '你好', '7'))
    nameBubble(second, other, '7')

    for (const view of [first, second]) {
      expect(view.bubbles.map((each) => [each.text, each.msgId])).toEqual([['你好', '7']])
    }
  })

  it('stands twice when it was written twice', () => {
    const view = emptyPhone()
    const [one, two] = [writeBubble(view, '在吗', '', AT), writeBubble(view, '在吗', '', AT)]
    after(view, said(1, '在吗', '7'), said(2, '在吗', '8'))
    nameBubble(view, one, '7')
    nameBubble(view, two, '8')
    expect(view.bubbles.map((each) => each.msgId)).toEqual(['7', '8'])
  })

  it('keeps its place and key when the provider takes it', () => {
    const view = emptyPhone()
    const key = writeBubble(view, '你好', '', AT)
    after(view, said(1, '你好', '7'))
    expect(view.bubbles[0]?.key).toBe(key)
  })

  it('shows retries and failure as they are', () => {
    const view = after(emptyPhone(), said(1, '你好', '7'), delivery(2, '7', 'sending', 2))
    expect(view.bubbles[0]?.delivery).toEqual({ state: 'sending', attempt: 2 })
    after(view, delivery(3, '7', 'failed', 3))
    expect(view.bubbles[0]?.delivery).toEqual({ state: 'failed', attempt: 3 })
  })

  it('that the phone could not send is kept until it is sent again', () => {
    const view = emptyPhone()
    const key = writeBubble(view, '你好', 'm1', AT)
    failBubble(view, key)
    expect(view.bubbles[0]).toMatchObject({ choice: 'm1', delivery: { state: 'unsent' } })
    after(view, said(1, '你好', '7'))
    expect(view.bubbles).toHaveLength(2)
    forgetBubble(view, key)
    expect(view.bubbles.map((each) => each.msgId)).toEqual(['7'])
  })
})

describe('what the account does', () => {
  it('a menu keeps its items', () => {
    const menu = { head: '您想问？', list: [{ id: 'a', content: '挂失' }], tail: '' }
    const record: BubbleRecord = {
      ...said(1, '', ''),
      side: 'account',
      msgtype: 'msgmenu',
      menu,
    }
    expect(after(emptyPhone(), record).bubbles[0]).toMatchObject({ menu, delivery: null })
  })

  it('typing ends with its message', () => {
    const view = after(emptyPhone(), { kind: 'typing', n: 1, at: AT, on: true })
    expect(view.typing).toBe(true)
    after(view, { ...said(2, '您好', 'x'), side: 'account' })
    expect(view.typing).toBe(false)
  })
})

it('the newest exchange comes first and old ones are let go', () => {
  const view = emptyPhone()
  for (let n = 1; n <= 205; n += 1) after(view, wire(n))
  expect(view.exchanges).toHaveLength(200)
  expect([view.exchanges[0]?.n, view.exchanges.at(-1)?.n]).toEqual([205, 6])
})
