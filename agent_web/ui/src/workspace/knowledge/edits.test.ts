import { describe, expect, it } from 'vitest'
import {
  blank,
  contentOf,
  differing,
  editOf,
  faults,
  firstChoices,
  instantOf,
  isClean,
  localTime,
  merged,
  newArticleId,
  standing,
} from './edits'
import { article } from './samples'

const nobody = new Map<string, string>()

describe('an edit', () => {
  it('is clean while it says what is saved, in whatever order', () => {
    const edit = editOf(article())
    expect(isClean(edit)).toBe(true)
    expect(isClean({ ...edit, phrasings: ['怎么挂失', ' 卡丢了 ', ''] })).toBe(true)
    expect(isClean({ ...edit, text: '先挂失。' })).toBe(false)
    expect(isClean(blank('en'))).toBe(true)
  })

  it('names the fields that differ, and takes one instant for one', () => {
    const one = article({ valid_until: '2026-12-01T00:00:00Z' })
    const other = article({ title: '挂失', valid_until: '2026-12-01T08:00:00+08:00' })
    expect(differing(one, other)).toEqual(['title'])
  })

  it('is kept back by what the hub would refuse', () => {
    const right = contentOf(article())
    expect(faults(right, nobody)).toEqual([])
    const wrong = {
      ...right,
      title: '挂',
      text: '长'.repeat(601),
      phrasings: ['换新卡'],
      valid_from: '2026-12-02T00:00:00Z',
      valid_until: '2026-12-01T00:00:00Z',
    }
    const elsewhere = new Map([['换新卡', '补卡']])
    expect(faults(wrong, elsewhere)).toEqual([
      'missingTitle',
      'longText',
      'phrasings',
      'wrongOrder',
    ])
    expect(faults({ ...right, title: '换新卡' }, elsewhere)).toEqual(['taken'])
  })

  it('counts letters, not halves of them', () => {
    expect(faults({ ...contentOf(article()), text: '😀'.repeat(600) }, nobody)).toEqual([])
  })
})

describe('two versions of an article', () => {
  const mine = {
    ...editOf(article()),
    title: '卡丢了怎么办',
    phrasings: ['我的问法', '怎么挂失'],
  }
  const theirs = article({
    version: 4,
    text: '请立即挂失。',
    phrasings: ['他的问法', '卡丢了', '怎么挂失'],
  })

  it('give each field to who alone changed it', () => {
    expect(firstChoices(mine, theirs)).toEqual({ title: 'mine', text: 'theirs', phrasings: 'both' })
  })

  it('meet in the phrasings: what both added, without what either took out', () => {
    const now = merged(mine, theirs, firstChoices(mine, theirs))
    expect(now.title).toBe('卡丢了怎么办')
    expect(now.text).toBe('请立即挂失。')
    expect(now.phrasings).toEqual(['我的问法', '他的问法', '怎么挂失'])
    expect(now.version).toBe(4)
    expect(isClean(now)).toBe(false)
  })

  it('leave nothing to save when theirs is taken', () => {
    const all = { title: 'theirs', text: 'theirs', phrasings: 'theirs' } as const
    expect(isClean(merged(mine, theirs, all))).toBe(true)
  })
})

describe('validity', () => {
  it('begins with its first instant and ends before its last', () => {
    const at = Date.parse('2026-11-22T00:00:00Z')
    const given = (from: string | null, until: string | null) =>
      standing({ ...contentOf(article()), valid_from: from, valid_until: until }, at)
    expect(given(null, null)).toBe('')
    expect(given('2026-11-22T00:00:00Z', null)).toBe('')
    expect(given('2026-11-22T00:00:01Z', null)).toBe('early')
    expect(given(null, '2026-11-22T00:00:00Z')).toBe('expired')
  })

  it('comes back from the field as the instant it was', () => {
    expect(instantOf(localTime('2026-12-01T16:30:00.000Z'))).toBe('2026-12-01T16:30:00.000Z')
    expect(instantOf(localTime(null))).toBeNull()
  })
})

it('a new id is one the hub takes', () => {
  expect(newArticleId('zh')).toMatch(/^zh-[a-z0-9]{8}$/)
})
