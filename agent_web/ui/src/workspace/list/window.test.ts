import { expect, it } from 'vitest'
import { stretch } from './window'

it.each([
  ['at the top', 0, { first: 0, end: 18 }],
  ['in the middle', 5000, { first: 92, end: 118 }],
  ['at the end', 49_500, { first: 982, end: 1000 }],
])('of 1,000 rows %s only those around the sight are drawn', (_, scrolled, expected) => {
  expect(stretch(scrolled, 500, 50, 1000)).toEqual(expected)
})

it('an empty list draws nothing', () => {
  expect(stretch(0, 500, 50, 0)).toEqual({ first: 0, end: 0 })
})
