import { expect, it } from 'vitest'
import type { Exchange } from './api'
import { merged, MOST, newer } from './tail'
import { isHidden, treeOf } from './tree'

const row = (id: string) => ({ id }) as Exchange

it('dotted names become the tree they came from, in their order', () => {
  expect(treeOf({ msgtype: 'text', 'text.content': '‹12 characters›', 'text.lang': 'zh' })).toEqual(
    [
      { name: 'msgtype', value: 'text', children: [] },
      {
        name: 'text',
        children: [
          { name: 'content', value: '‹12 characters›', children: [] },
          { name: 'lang', value: 'zh', children: [] },
        ],
      },
    ],
  )
})

it('tells what stands instead of words from words', () => {
  expect(isHidden('‹12 characters›')).toBe(true)
  expect(isHidden('…a1b2c3')).toBe(true)
  expect(isHidden('wx1234')).toBe(false)
})

it('only rows above the first one shown are new', () => {
  expect(newer([row('3'), row('2'), row('1')], [row('2'), row('1')])).toEqual([row('3')])
  expect(newer([row('1')], [])).toEqual([row('1')])
})

it('a row stands once, and the oldest leave a full screen', () => {
  expect(merged([row('3'), row('2')], [row('2'), row('1')])).toEqual([row('3'), row('2'), row('1')])
  const many = Array.from({ length: MOST }, (_, n) => row(String(5000 - n)))
  expect(merged([row('9')], many)).toHaveLength(MOST)
  expect(merged([row('9')], many)[0]).toEqual(row('9'))
})
