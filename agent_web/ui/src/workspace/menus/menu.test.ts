import { describe, expect, it } from 'vitest'
import { askedOf, blankButton, blankEntry, bytesOf, found, isWrong, moved, toldOf } from './menu'

const group = {
  ...blankButton(),
  name: '服务',
  kind: 'group' as const,
  entries: [
    { ...blankEntry(), name: '查余额', question: '怎么查余额', key: 'k-1' },
    { ...blankEntry('link'), name: '官网', url: 'https://bank.example' },
  ],
}

describe('a menu while it is edited', () => {
  it('counts bytes, not characters', () => {
    expect(bytesOf('人工客服')).toBe(12)
    expect(bytesOf(' menu ')).toBe(4)
  })

  it('sends only what belongs to the kind', () => {
    const person = { ...blankButton(), name: '人工', kind: 'hand_off' as const, queue_id: 'loan' }
    const turned = { ...person, kind: 'link' as const, url: 'https://a.example' }
    expect(askedOf([person, turned]).map(({ queue_id, url }) => [queue_id, url])).toEqual([
      ['loan', ''],
      [null, 'https://a.example'],
    ])
  })

  it('drops the entries of a button that is no group any more', () => {
    expect(askedOf([{ ...group, kind: 'hand_off' }])[0]?.entries).toEqual([])
  })

  it('lets the hub make its own keys again and keeps those of people', () => {
    const named = { ...blankEntry(), name: 'x', question: 'x', key: 'V1001' }
    const [asked] = askedOf([{ ...group, entries: [...group.entries, named] }])
    expect(asked?.entries.map(({ key }) => key)).toEqual(['', '', 'V1001'])
  })

  it('finds what is edited', () => {
    expect(found([group], { button: 0, entry: 1 })?.name).toBe('官网')
    expect(found([group], { button: 0, entry: -1 })?.name).toBe('服务')
    expect(found([group], { button: 1, entry: -1 })).toBeUndefined()
    expect(found([group], null)).toBeUndefined()
  })

  it('moves one and leaves the others in order', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
  })

  it('puts what the hub said beside its button or entry', () => {
    const told = toldOf([
      { pointer: '/body/buttons/0/name', message: 'long' },
      { pointer: '/body/buttons/0/entries/1/url', message: 'no page' },
      { pointer: '/body/buttons/1/entries', message: 'none' },
      { pointer: '/body/buttons', message: 'many' },
    ])
    expect(told).toEqual({
      '0/name': 'long',
      '0/1/url': 'no page',
      '1/entries': 'none',
      '': 'many',
    })
    expect(isWrong(told, { button: 0, entry: 1 })).toBe(true)
    expect(isWrong(told, { button: 0, entry: 0 })).toBe(false)
    expect(isWrong(told, { button: 1, entry: -1 })).toBe(true)
    expect(isWrong({ '0/1/url': 'x' }, { button: 0, entry: -1 })).toBe(false)
  })
})
