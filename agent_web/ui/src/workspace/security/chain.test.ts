import { expect, it } from 'vitest'
import type { Happening } from './api'
import { chainOf } from './chain'

const row = (n: number, previous: string, proof: string) => ({ n, previous, proof }) as Happening

it('each row carries the proof of the one before', () => {
  const rows = [row(3, 'b', 'c'), row(2, 'a', 'b'), row(1, '0', 'a')]
  expect(chainOf(rows)).toEqual({ state: 'holds', pairs: 2, at: 0 })
})

it('names the row at which it does not hold', () => {
  const rows = [row(3, 'b', 'c'), row(2, 'x', 'b'), row(1, '0', 'a')]
  expect(chainOf(rows)).toEqual({ state: 'broken', pairs: 1, at: 2 })
})

it('rows that a filter left out prove nothing', () => {
  expect(chainOf([row(9, 'h', 'i'), row(4, 'c', 'd')])).toEqual({ state: 'none', pairs: 0, at: 0 })
})
