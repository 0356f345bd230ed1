import { expect, it } from 'vitest'
import { languageOf } from './language'

it.each([
  ['银行卡丢了', 'zh-CN'],
  ['我的 card 丢了', 'zh-CN'],
  ['Don’t worry, I’ll help', 'en'],
  ['', 'en'],
])('%s is set in %s', (text, language) => {
  expect(languageOf(text)).toBe(language)
})
