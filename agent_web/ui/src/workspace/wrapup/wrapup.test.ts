import { describe, expect, it } from 'vitest'
import type { Disposition } from '../composer/catalogue'
import { chosenBy, groupsOf, leftOf } from './wrapup'

const one = (id: string, position: number, group = '贷款'): Disposition => ({
  ...{ id, position, group, group_en: 'Loans', name: `名${id}`, name_en: `Name ${id}` },
})

describe('the dispositions', () => {
  it('stand in groups, by position, and the keys follow what is seen', () => {
    expect(groupsOf([one('c', 3), one('b', 2, '信用卡'), one('a', 1)], 'zh')).toEqual([
      {
        name: '贷款',
        choices: [
          { id: 'a', name: '名a', digit: 1 },
          { id: 'c', name: '名c', digit: 2 },
        ],
      },
      { name: '信用卡', choices: [{ id: 'b', name: '名b', digit: 3 }] },
    ])
  })

  it('beyond the ninth have no key', () => {
    const many = Array.from({ length: 11 }, (_, n) => one(`d${n}`, n))
    const [group] = groupsOf(many, 'en')
    expect(group?.name).toBe('Loans')
    expect(group?.choices.map((choice) => choice.digit)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0])
  })

  it('are chosen by their digit and by no other key', () => {
    const groups = groupsOf([one('a', 1), one('b', 2)], 'zh')
    expect(chosenBy(groups, '2')?.id).toBe('b')
    expect(chosenBy(groups, '3')).toBeUndefined()
    expect(chosenBy(groups, '0')).toBeUndefined()
    expect(chosenBy(groups, 'Enter')).toBeUndefined()
  })
})

it('the time left runs from one to nothing', () => {
  const [since, until] = ['2026-11-22T06:00:00Z', '2026-11-22T06:10:00Z']
  const at = (minute: number) => Date.parse(since) + minute * 60_000
  expect([0, 5, 10, 11].map((minute) => leftOf(since, until, at(minute)))).toEqual([1, 0.5, 0, 0])
})
