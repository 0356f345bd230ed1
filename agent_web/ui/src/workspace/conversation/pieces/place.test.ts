import { expect, it } from 'vitest'
import { mapHref, placeWords } from './place'
import { badgeOf, sizeWords } from './size'

const BUND = {
  ...{ name: '外滩&x=1', address: '中山东一路' },
  ...{ latitude: 31.2304, longitude: 121.4737 },
}

it('a place is told latitude first, the map is asked longitude first', () => {
  expect(placeWords(31.2304, 121.4737)).toBe('31.23040, 121.47370')
  expect(mapHref(BUND, '')).toBe(
    'https://uri.amap.com/marker?position=121.473700,31.230400&name=%E5%A4%96%E6%BB%A9%26x%3D1&coordinate=gaode',
  )
})

it('the map of the account goes before, unless it is none for a browser', () => {
  expect(mapHref(BUND, 'https://map.bank.example/{latitude}/{longitude}?q={address}')).toBe(
    'https://map.bank.example/31.230400/121.473700?q=%E4%B8%AD%E5%B1%B1%E4%B8%9C%E4%B8%80%E8%B7%AF',
  )
  for (const map of ['javascript:alert({latitude})', 'geo:{latitude},{longitude}', 'map'])
    expect(mapHref(BUND, map)).toMatch(/^https:\/\/uri\.amap\.com\/marker\?/)
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
