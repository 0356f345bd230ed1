import { expect, it } from 'vitest'
import type { MessageDoc } from '@/shared/protocol'
import { wantedOf } from './wanted'

const said = (n: number, author: string, text: string, conversation = 'c.2'): MessageDoc =>
  ({ n, author, conversation_id: conversation, parts: [{ is: 'TextPart', text }] }) as never

it('what is wanted are the newest two words of the customer, in the order they were said', () => {
  const talk = [
    said(4, 'customer', '转人工'),
    said(1, 'customer', '在吗'),
    said(3, 'bot', '请看这里'),
    said(2, 'customer', '提前还款要违约金吗？'),
    said(5, 'system', '正在为您转接'),
  ]
  expect(wantedOf(talk, 'c.2')).toBe('提前还款要违约金吗？ / 转人工')
})

it('words of an earlier conversation and pictures do not say what is wanted now', () => {
  const picture = { ...said(2, 'customer', ''), parts: [{ is: 'MediaPart', media: 'image' }] }
  expect(wantedOf([said(1, 'customer', '挂失', 'c.1'), picture], 'c.2')).toBe('')
})
