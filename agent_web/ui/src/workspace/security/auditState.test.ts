import { expect, it } from 'vitest'
import type { AuditState } from './api'
import { standingOf } from './auditState'

const state = (parts: Partial<AuditState>): AuditState => ({
  ...{ n: 1234, proof: 'ab', at: '2026-11-22T09:00:00Z', verified: null },
  checked: { first: 735, last: 1234, holds: true, flaws: [] },
  unfinished: { first: 1, last: 1234, count: 0, items: [] },
  ...parts,
})
const verified = (flaws: number) => ({ n: 1200, at: '2026-11-21T09:00:00Z', flaws, unfinished: 0 })

it('is whole as long as neither look found anything', () => {
  expect(standingOf(state({}))).toBe('whole')
  expect(standingOf(state({ verified: verified(0) }))).toBe('whole')
})

it('latest rows that hold do not hide what the look at all of them found', () => {
  expect(standingOf(state({ verified: verified(2) }))).toBe('flawed')
})

it('is broken where the latest rows do not hold, even when none is left', () => {
  const flaws = [{ n: 1, last: 9, code: 'end_cut', problem: 'rows 1 to 9 were cut off' }]
  const checked = { first: 0, last: 0, holds: false, flaws }
  expect(standingOf(state({ checked, verified: verified(0) }))).toBe('broken')
  expect(standingOf(state({ n: 0, checked }))).toBe('broken')
})

it('nothing recorded yet is no fault', () => {
  const checked = { first: 0, last: 0, holds: true, flaws: [] }
  expect(standingOf(state({ n: 0, at: null, checked }))).toBe('empty')
})
