import { expect, it } from 'vitest'
import { since, span } from './duration'

it.each([
  [0, '00:00'],
  [41_900, '00:41'],
  [134_000, '02:14'],
  [3_600_000, '1:00:00'],
  [-5000, '00:00'],
])('%i ms are %s', (ms, figures) => {
  expect(span(ms)).toBe(figures)
})

it('counts from an instant to now', () => {
  expect(since('2026-11-22T02:00:00Z', Date.parse('2026-11-22T02:01:05.500Z'))).toBe('01:05')
})
