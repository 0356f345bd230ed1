import { expect, it } from 'vitest'
import type { WireRecord } from '../types'
import { asText, formattedJson, isEncrypted, requestViews, target } from './wire'

const exchange: WireRecord = {
  kind: 'wire',
  n: 1,
  at: '2026-11-21T06:00:00Z',
  direction: 'to_hub',
  title: 'text',
  request: {
    method: 'POST',
    url: 'http://127.0.0.1:8080/hooks/wechat-demo?nonce=12&echo=a+b%3D',
    headers: { 'Content-Type': 'text/xml' },
    body: '<xml><Encrypt>x</Encrypt></xml>',
  },
  response: { status: 200, body: 'success' },
  plain: '<xml><Content>你好</Content></xml>',
  ms: 2.1,
}

it('the query is shown decoded, a plus stays a plus', () => {
  expect(target(exchange.request.url)).toEqual({
    path: '/hooks/wechat-demo',
    query: [
      ['nonce', '12'],
      ['echo', 'a+b='],
    ],
  })
})

it('a query that cannot be decoded is shown as it was sent', () => {
  expect(target('/x?a=%ZZ&b').query).toEqual([
    ['a', '%ZZ'],
    ['b', ''],
  ])
})

it('an encrypted body has its decrypted text beside it', () => {
  expect(isEncrypted(exchange.request.body)).toBe(true)
  expect(requestViews(exchange)).toEqual({
    asSent: '<xml><Encrypt>x</Encrypt></xml>',
    decrypted: '<xml><Content>你好</Content></xml>',
  })
})

it('JSON can be read on several lines, other text has no such view', () => {
  expect(formattedJson('{"a":1}')).toBe('{\n  "a": 1\n}')
  expect(formattedJson('{broken')).toBe('')
  expect(formattedJson('success')).toBe('')
})

it('copies as one text with both directions', () => {
  expect(asText(exchange)).toBe(
    [
      'POST http://127.0.0.1:8080/hooks/wechat-demo?nonce=12&echo=a+b%3D',
      'Content-Type: text/xml',
      '',
      '<xml><Encrypt>x</Encrypt></xml>',
      '',
      '--- 200 (2.1 ms)',
      'success',
    ].join('\n'),
  )
})
