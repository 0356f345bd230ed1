import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { firstLocale } from './preferences'

beforeEach(() => {
  localStorage.clear()
})
afterEach(() => {
  vi.restoreAllMocks()
})

it.each([
  [['zh-CN', 'en'], 'zh'],
  [['zh'], 'zh'],
  [['ZH-Hant-TW'], 'zh'],
  [['en-US', 'zh-CN'], 'zh'],
  [['en-GB', 'en'], 'en'],
  [['de'], 'en'],
  [['zha'], 'en'],
  [[], 'en'],
])('a browser that reads %j starts in %s', (languages, first) => {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages)
  expect(firstLocale()).toBe(first)
})

it('what was chosen before stays', () => {
  localStorage.setItem('lianluo.locale', 'en')
  expect(firstLocale()).toBe('en')
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['en'])
  localStorage.setItem('lianluo.locale', 'zh')
  expect(firstLocale()).toBe('zh')
})
