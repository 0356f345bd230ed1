import { expect, it } from 'vitest'
import type { AuditState } from './api'
import { flawOf, standingOf } from './auditState'

const state = (parts: Partial<AuditState>): AuditState => ({
  ...{ n: 1234, proof: 'ab', at: '2026-11-22T09:00:00Z', verified: null },
  checked: { first: 735, last: 1234, holds: true, flaws: [] },
  ...parts,
})
const verified = (flaws: number) => ({ n: 1200, at: '2026-11-21T09:00:00Z', flaws })

it('is whole as long as neither look found anything', () => {
  expect(standingOf(state({}))).toBe('whole')
  expect(standingOf(state({ verified: verified(0) }))).toBe('whole')
})

it('latest rows that hold do not hide what the look at all of them found', () => {
  expect(standingOf(state({ verified: verified(2) }))).toBe('flawed')
})

it('is broken where the latest rows do not hold, even when none is left', () => {
  const flaws = [{ n: 1, problem: 'rows 1 to 9 were cut off' }]
  const checked = { first: 0, last: 0, holds: false, flaws }
  expect(standingOf(state({ checked, verified: verified(0) }))).toBe('broken')
  expect(standingOf(state({ n: 0, checked }))).toBe('broken')
})

it('nothing recorded yet is no fault', () => {
  const checked = { first: 0, last: 0, holds: true, flaws: [] }
  expect(standingOf(state({ n: 0, at: null, checked }))).toBe('empty')
})

it('knows the sentences of the hub, and leaves others as they are', () => {
  const sentences = [
    'row 3 is missing, or another stands there',
    'row 4 does not follow the one before it',
    'row 5 was changed or not written by us',
    'rows 8 to 9 were cut off',
    'the head of the audit log was removed',
    'the head of the audit log was changed',
    'something new',
  ]
  expect(sentences.map(flawOf)).toEqual([
    ...['missing', 'unlinked', 'changed', 'cut', 'head_removed', 'head_changed', ''],
  ])
})
