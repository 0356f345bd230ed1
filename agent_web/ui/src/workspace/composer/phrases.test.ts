import { describe, expect, it } from 'vitest'
import { askedAt, fitting, insert, textOf, type Phrase } from './phrases'

const phrase = (given: Partial<Phrase>): Phrase => ({
  ...{ id: given.key ?? 'x', key: 'x', group: '', group_en: '', name: '', name_en: '' },
  ...{ text: '', text_en: '' },
  ...given,
})
const hello = phrase({
  key: 'nh',
  name: '问候',
  name_en: 'Greeting',
  text: '您好，很高兴为您服务。',
})
const wait = phrase({
  key: 'sd',
  name: '请稍等',
  text: '请稍等，我为您查询。',
  text_en: 'One moment.',
})
const bye = phrase({ key: 'zj', name: '再见', text: '感谢您的来访，再见。' })
const all = [hello, wait, bye]

describe('the slash', () => {
  it.each([
    ['/', 1, ''],
    ['/nh', 3, 'nh'],
    ['好的 /等', 5, '等'],
    ['一行\n/sd', 6, 'sd'],
  ])('in "%s" asks for "%s"', (text, caret, query) => {
    expect(askedAt(text, caret)?.query).toBe(query)
  })

  it.each([
    ['https://a', 9],
    ['1/2', 3],
    ['/nh 好', 5],
    ['//', 2],
  ])('in "%s" asks for nothing', (text, caret) => {
    expect(askedAt(text, caret)).toBeNull()
  })

  it('asks up to the caret only', () => {
    expect(askedAt('/nhabc', 3)).toEqual({ from: 0, to: 3, query: 'nh' })
  })
})

describe('the search', () => {
  const keys = (query: string): string[] => fitting(all, query).map((each) => each.key)

  it('without a word shows all in their order', () => {
    expect(keys('')).toEqual(['nh', 'sd', 'zj'])
  })

  it('goes by key, then name, then text', () => {
    const inText = phrase({ key: 'a', text: 'sd' })
    const inName = phrase({ key: 'b', name: 'sd' })
    expect(fitting([inText, inName, wait], 'sd').map((each) => each.key)).toEqual(['sd', 'b', 'a'])
  })

  it('finds a Chinese word in a name or a text', () => {
    expect(keys('问候')).toEqual(['nh'])
    expect(keys('查询')).toEqual(['sd'])
    expect(keys('没有')).toEqual([])
  })

  it('does not care for capitals', () => {
    expect(keys('NH')).toEqual(['nh'])
    expect(keys('greet')).toEqual(['nh'])
  })

  it('shows no more than twenty-five', () => {
    const many = Array.from({ length: 40 }, (_, n) => phrase({ key: `k${n}` }))
    expect(fitting(many, 'k')).toHaveLength(25)
  })
})

it('goes in where the slash stood, and the caret after it', () => {
  const text = '好的 /sd 谢谢'
  const asked = askedAt(text, 6)
  if (!asked) throw new Error('nothing asked')
  expect(insert(text, asked, '请稍等。')).toEqual({ text: '好的 请稍等。 谢谢', caret: 7 })
})

it('speaks the language of the customer, where there is a text in it', () => {
  expect(textOf(wait, 'en')).toBe('One moment.')
  expect(textOf(hello, 'en')).toBe('您好，很高兴为您服务。')
  expect(textOf(wait, 'zh')).toBe('请稍等，我为您查询。')
})
