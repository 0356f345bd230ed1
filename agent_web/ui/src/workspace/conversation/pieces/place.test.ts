import { expect, it } from 'vitest'
import { mapUrl, placeWords } from './place'
import { badgeOf, sizeWords } from './size'

it('a place is told latitude first, the map is asked longitude first', () => {
  expect(placeWords(31.2304, 121.4737)).toBe('31.23040, 121.47370')
  expect(mapUrl(31.2304, 121.4737, '外滩&x=1')).toBe(
    'https://uri.amap.com/marker?position=121.473700%2C31.230400&name=%E5%A4%96%E6%BB%A9%26x%3D1&coordinate=gaode',
  )
})

it('a file wears its ending, and nothing that is none', () => {
  expect(badgeOf('合同.pdf')).toBe('PDF')
  expect(badgeOf('合同')).toBe('')
  expect(badgeOf('v1.2 final version')).toBe('')
})

it('sizes are rounded to what people say', () => {
  const t = (key: string, values: Record<string, unknown>): string =>
    `${key} ${JSON.stringify(values)}`
  expect(sizeWords(12, t)).toBe('talk.size.kb {"n":1}')
  expect(sizeWords(482_113, t)).toBe('talk.size.kb {"n":482}')
  expect(sizeWords(2_345_678, t)).toBe('talk.size.mb {"n":"2.3"}')
})
