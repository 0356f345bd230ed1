import { describe, expect, it } from 'vitest'
import { mapLink } from '../../conversation/pieces/place'
import type { LinkCard, PlaceCard } from '@/shared/protocol'
import {
  linkDraft,
  linkOf,
  linkProblems,
  pairOf,
  placeDraft,
  placeOf,
  placeProblems,
  seenAs,
  webLink,
  type CardRules,
} from './cards'

const WECHAT: CardRules = {
  parts: ['TextPart', 'LinkPart'],
  link: { title: 6, description: 8, picture: null },
  mapUrl: 'https://map.example/{latitude},{longitude}?{name}&{address}',
}
const TEXT: CardRules = { parts: ['TextPart'], link: null, mapUrl: '' }
const PLACE: PlaceCard = {
  ...{ kind: 'place', name: '黄浦支行', address: '南京东路 1 号' },
  ...{ latitude: 31.230416, longitude: 121.473701 },
}
const LINK: LinkCard = { kind: 'link', title: '还款', url: 'https://bank.example/a' }

describe('an address', () => {
  it.each([
    ['https://bank.example/loan', 'https://bank.example/loan'],
    [' http://bank.example ', 'http://bank.example/'],
    ['bank.example/loan?a=1', 'https://bank.example/loan?a=1'],
    ['bank.example:8443/a', 'https://bank.example:8443/a'],
    ['https://bank.example/还款', 'https://bank.example/%E8%BF%98%E6%AC%BE'],
    ['https://intranet/a', 'https://intranet/a'],
  ])('%s is sent as %s', (given, sent) => {
    expect(webLink(given)).toBe(sent)
  })

  it.each([
    'javascript:alert(1)',
    'javascript:1',
    'ftp://bank.example/a',
    'mailto:a@bank.example',
    'https://bank.example@evil.example/',
    'https://',
    '还款说明',
    'loan',
    '',
  ])('%s is none', (given) => {
    expect(webLink(given)).toBe('')
  })
})

describe('a link card', () => {
  const draft = { url: 'bank.example', title: ' 还款 ', description: '', mediaId: '' }

  it('goes out trimmed, without what was left empty', () => {
    expect(linkOf(draft)).toEqual({
      ...{ kind: 'link', url: 'https://bank.example/', title: '还款', description: '' },
    })
    expect(linkOf({ ...draft, mediaId: 'f1' }).media_id).toBe('f1')
    expect(linkOf(linkDraft({ ...LINK, media_id: 'f1' }))).toEqual({
      ...{ ...LINK, description: '', media_id: 'f1' },
    })
  })

  it('is told by field what is wrong, by the bounds of its channel', () => {
    expect(linkProblems(draft, WECHAT)).toEqual({})
    expect(linkProblems({ ...draft, url: '', title: ' ' }, WECHAT)).toEqual({
      ...{ url: 'missing', title: 'missing' },
    })
    const long = { ...draft, url: 'ftp://x', title: '一二三四五六七', description: '123456789' }
    expect(linkProblems(long, WECHAT)).toEqual({ url: 'form', title: 'long', description: 'long' })
    expect(linkProblems(long, TEXT)).toEqual({ url: 'form' })
    expect(linkProblems({ ...draft, url: `bank.example/${'a'.repeat(1000)}` }, WECHAT)).toEqual({
      url: 'long',
    })
  })
})

describe('a place', () => {
  const draft = { name: '支行', address: '', latitude: '31.2', longitude: '121.4' }

  it('is told by field what is wrong', () => {
    expect(placeProblems(draft)).toEqual({})
    expect(placeProblems({ ...draft, name: '', latitude: '91', longitude: '一百' })).toEqual({
      ...{ name: 'missing', latitude: 'range', longitude: 'form' },
    })
    expect(placeProblems({ ...draft, latitude: '', longitude: '-180.1' })).toEqual({
      ...{ latitude: 'missing', longitude: 'range' },
    })
    expect(placeOf(placeDraft(PLACE))).toEqual(PLACE)
  })

  it.each([
    ['31.230416, 121.473701', '31.230416', '121.473701'],
    ['121.473701,31.230416', '31.230416', '121.473701'],
    ['87.6 43.8', '43.8', '87.6'],
    ['51.5，-0.12', '51.5', '-0.12'],
    ['-120;40', '40', '-120'],
  ])('%s pasted is latitude %s, longitude %s', (given, latitude, longitude) => {
    expect(pairOf(given)).toEqual({ latitude, longitude })
  })

  it('one figure is no pair', () => {
    expect(pairOf('31.23')).toBeUndefined()
    expect(pairOf('31.23,')).toBeUndefined()
  })

  it('is put into the map with its words made safe', () => {
    expect(mapLink(PLACE, WECHAT.mapUrl)).toBe(
      'https://map.example/31.230416,121.473701?%E9%BB%84%E6%B5%A6%E6%94%AF%E8%A1%8C&%E5%8D%97%E4%BA%AC%E4%B8%9C%E8%B7%AF%201%20%E5%8F%B7',
    )
  })
})

describe('what the customer sees', () => {
  it.each([
    [LINK, WECHAT, 'card', 'https://bank.example/a'],
    [LINK, TEXT, 'text', 'https://bank.example/a'],
    [PLACE, { ...WECHAT, parts: ['LocationPart'] }, 'place', mapLink(PLACE, WECHAT.mapUrl)],
    [PLACE, WECHAT, 'card', mapLink(PLACE, WECHAT.mapUrl)],
    [PLACE, { ...WECHAT, mapUrl: '' }, 'text', ''],
    [PLACE, TEXT, 'text', ''],
    [LINK, undefined, 'card', 'https://bank.example/a'],
  ] as const)('of %o on %o is a %s', (card, rules, form, url) => {
    expect(seenAs(card, rules)).toMatchObject({ form, url })
  })
})
