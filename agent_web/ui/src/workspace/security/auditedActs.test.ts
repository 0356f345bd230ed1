import { describe, expect, it } from 'vitest'
import type { Happening } from './api'
import { outcomeOf, shownOf } from './auditedActs'

const row = (n: number, outcome: string, more: Partial<Happening> = {}): Happening => ({
  n,
  at: '2026-11-22T05:42:00Z',
  actor: 'agent:admin',
  act: 'queue.changed',
  object: 'night',
  outcome,
  source: '192.0.2.7',
  detail: {},
  begun: 0,
  ended: 0,
  previous: '',
  proof: '',
  ...more,
})

describe('acts in the audit log', () => {
  const ended = row(2, 'begun', { ended: 3 })
  const end = row(3, 'done', { begun: 2 })
  const open = row(4, 'begun')

  it('shows an act that ended in one row', () => {
    expect(shownOf([open, end, ended], new Set()).map(({ n }) => n)).toEqual([4, 3])
  })

  it('hides no row that was tampered with', () => {
    expect(shownOf([ended], new Set([2]))).toEqual([ended])
  })

  it('says of an act without an end that it is open', () => {
    expect([open, ended, end].map(outcomeOf)).toEqual(['open', 'begun', 'done'])
  })
})
