import { expect, it } from 'vitest'
import { factsOf, fillOf } from './health'

it('troubles come first, then times; counts of nothing are left out', () => {
  const health = {
    state: 'degraded',
    rejected_pushes: '2',
    failed_sends: '0',
    last_push_at: '2026-11-22T03:00:00+00:00',
    token_problem: 'bad_secret',
  }
  expect(factsOf(health)).toEqual([
    { kind: 'problem', name: 'token', value: 'bad_secret' },
    { kind: 'time', name: 'last_push_at', value: '2026-11-22T03:00:00+00:00' },
    { kind: 'text', name: 'rejected_pushes', value: '2' },
  ])
})

const quota = (used: number | null, limit: number | null) =>
  fillOf({ name: 'message/custom/send', used, limit, until: null })

it('a meter turns loud near its end', () => {
  expect(quota(10, 100)).toEqual({ share: 0.1, tone: 'good' })
  expect(quota(80, 100)).toEqual({ share: 0.8, tone: 'warn' })
  expect(quota(99, 100)).toEqual({ share: 0.99, tone: 'bad' })
  expect(quota(130, 100)).toEqual({ share: 1, tone: 'bad' })
})

it('without a limit there is nothing to fill', () => {
  expect(quota(10, null)).toEqual({ share: null, tone: 'quiet' })
})
