import { describe, expect, it } from 'vitest'
import type { DeliveryDoc, DeliveryState } from '@/shared/protocol'
import { fatesOf, resentRows } from './delivery'
import { messageDoc } from './samples'

const row = (key: string, state: DeliveryState, code = ''): DeliveryDoc => ({
  key,
  state,
  code,
  provider_code: code ? '45015' : '',
})
const sent = (...deliveries: DeliveryDoc[]) => messageDoc({ author: 'agent:li', deliveries })
const NONE: ReadonlySet<string> = new Set()

describe('the fate of a message', () => {
  it.each<[DeliveryState, string]>([
    ['queued', 'quiet'],
    ['sending', 'quiet'],
    ['sent', 'good'],
    ['delivered', 'good'],
    ['read', 'good'],
  ])('%s is told as it is', (state, tone) => {
    expect(fatesOf(sent(row('a#0', state)), NONE)).toMatchObject([
      { word: state, tone, open: false },
    ])
  })

  it('failed and uncertain ask somebody to choose', () => {
    expect(fatesOf(sent(row('a#0', 'failed', 'reply_window_closed')), NONE)).toMatchObject([
      { key: 'a#0', word: 'failed', tone: 'bad', code: 'reply_window_closed', open: true },
    ])
    expect(fatesOf(sent(row('a#0', 'uncertain')), NONE)).toMatchObject([
      { word: 'uncertain', tone: 'warn', open: true },
    ])
  })

  it('is no further than the slowest piece', () => {
    expect(fatesOf(sent(row('a#0', 'read'), row('a#1', 'sending')), NONE)).toMatchObject([
      { word: 'sending' },
    ])
  })

  it('names the pieces that did not arrive', () => {
    expect(
      fatesOf(sent(row('a#0', 'sent'), row('a#1', 'failed'), row('a#2', 'uncertain')), NONE),
    ).toMatchObject([
      { key: 'a#1', piece: 2, word: 'failed' },
      { key: 'a#2', piece: 3, word: 'uncertain' },
    ])
  })

  it('what has been sent again asks for nothing more', () => {
    const resent = resentRows([messageDoc({ author: 'agent:li', resend_of: 'a#0' })])
    expect(fatesOf(sent(row('a#0', 'failed')), resent)).toMatchObject([
      { word: 'resent', open: false },
    ])
  })

  it('what was given up says so', () => {
    expect(fatesOf(sent(row('a#0', 'discarded', 'blocked')), NONE)).toMatchObject([
      { word: 'discarded', code: '', open: false },
    ])
  })

  it('what the hub held back says why', () => {
    const held = messageDoc({ author: 'bot', withheld: 'reply_quota_exhausted' })
    expect(fatesOf(held, NONE)).toMatchObject([
      { word: 'withheld', code: 'reply_quota_exhausted', open: false },
    ])
  })

  it("a customer's message has none", () => {
    expect(fatesOf(messageDoc({ author: 'customer' }), NONE)).toEqual([])
  })
})
