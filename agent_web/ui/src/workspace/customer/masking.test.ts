import { expect, it } from 'vitest'
import { masked } from './masking'

it.each([
  ['o6_bmjrPTlm6_2sgVt7hMZOPfL2M', 'o6_b…fL2M'],
  ['13812345621', '138****5621'],
  ['lihua@bank.example', 'li…@bank.example'],
  ['l@bank.example', 'l…@bank.example'],
  ['abcdef', 'a…f'],
  ['ab', '…'],
  ['', '…'],
])('%s is shown as %s', (value, shown) => {
  expect(masked(value)).toBe(shown)
})
