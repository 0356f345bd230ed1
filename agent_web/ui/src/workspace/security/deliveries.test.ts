import { expect, it } from 'vitest'
import type { Delivery } from './api'
import { barsOf, reasonOf } from './deliveries'

const tried = (parts: Partial<Delivery>): Delivery => ({
  ...{ id: 1, at: '2026-11-22T09:00:00Z', shard: 3, first: 7, last: 7, notices: 1 },
  ...{ outcome: 'delivered', status: 204, error: '', attempt: 1, ms: 100 },
  ...parts,
})
const failed = (parts: Partial<Delivery>): Delivery => tried({ outcome: 'failed', ...parts })

it('shows the newest forty, oldest first', () => {
  const tries = Array.from({ length: 60 }, (_, index) => tried({ id: 60 - index }))
  const { bars } = barsOf(tries)
  expect([bars.length, bars[0]?.tried.id, bars.at(-1)?.tried.id]).toEqual([40, 21, 60])
})

it('one slow try leaves the others in sight', () => {
  const { bars, slowestMs } = barsOf([failed({ ms: 10_000 }), tried({ ms: 100 }), tried({ ms: 0 })])
  expect(bars.map(({ height }) => height)).toEqual([0.08, 0.1, 1])
  expect(slowestMs).toBe(10_000)
})

it('many notices at once are not a slow receiver', () => {
  const { bars } = barsOf([tried({ ms: 5000, notices: 50 }), tried({ ms: 100 })])
  expect(bars.map(({ height }) => height)).toEqual([1, 1])
})

it('counts what failed, and stands without any try', () => {
  expect(barsOf([failed({ status: 500 }), tried({})]).failed).toBe(1)
  expect(barsOf([])).toEqual({ bars: [], failed: 0, slowestMs: 0 })
})

it('says why: the answer, or what kept it away', () => {
  const statuses = [302, 400, 401, 403, 404, 405, 410, 413, 418, 429, 500, 503]
  expect(statuses.map((status) => reasonOf(failed({ status })))).toEqual([
    ...['moved', 'refused', 'not_allowed', 'not_allowed', 'not_there', 'not_there', 'gone'],
    ...['too_large', 'refused', 'too_often', 'broken', 'broken'],
  ])
  expect(reasonOf(failed({ status: 0, error: 'tls_failed' }))).toBe('tls_failed')
  expect(reasonOf(failed({ status: 0 }))).toBe('no_answer')
  expect(reasonOf(tried({}))).toBe('')
})
