import { describe, expect, it } from 'vitest'
import { counts, found, inOrder, picked } from './finding'
import { past } from './history'
import { article } from './samples'
import { bars, compare, exact, percent, unclear } from './scale'
import { stageMarks, stepShare } from './stages'
import type { Change, Publication, Report, Tried } from './types'

const tried = (parts: Partial<Tried>): Tried => ({
  action: 'suggest',
  reason: 'unsure',
  text: '',
  language: 'zh',
  confidence: 0.3,
  thresholds: { low: 0.1, high: 0.4 },
  candidates: [
    { article_id: 'zh-a', title: 'A', score: 0.6 },
    { article_id: 'zh-b', title: 'B', score: 0.2 },
  ],
  model: 'zh-1',
  ...parts,
})

describe('the ranking', () => {
  it('stands on the scale of the confidence, where the thresholds are', () => {
    expect(bars(tried({})).map(({ share }) => Math.round(share * 100) / 100)).toEqual([0.3, 0.1])
  })

  it('shows bare scores when nothing was decided on them', () => {
    expect(bars(tried({ confidence: 0 })).map(({ share }) => share)).toEqual([0.6, 0.2])
  })

  it('says when the second alone kept the bot from answering', () => {
    const close = [
      { article_id: 'zh-a', title: 'A', score: 0.5 },
      { article_id: 'zh-b', title: 'B', score: 0.3 },
    ]
    expect(unclear(tried({ confidence: 0.5, candidates: close }))).toBe(true)
    expect(unclear(tried({ candidates: close }))).toBe(false)
    expect(unclear(tried({ confidence: 0.5 }))).toBe(false)
  })

  it('never rounds something to nothing', () => {
    expect([0, 0.001, 0.125, 1.2].map(percent)).toEqual(['0%', '<1%', '13%', '100%'])
  })
})

describe('a report', () => {
  const report = (r1: number): Report => ({
    ...{ r1, r3: 0.9, kept: 0.95, rejected: 0.8, articles: 94, phrasings: 1500 },
    ...{ encoder: true, languages: [] },
  })

  it('is compared in percentage points', () => {
    const [r1, r3] = compare(report(0.823), report(0.811))
    expect(r1).toEqual({ name: 'r1', before: 0.811, after: 0.823, by: 1.2 })
    expect(r3?.by).toBe(0)
    expect(compare(report(0.8), null)[0]).toEqual({
      ...{ name: 'r1', before: null, after: 0.8, by: null },
    })
    expect(exact(0.8234)).toBe('82.3%')
  })
})

describe('a publication', () => {
  const at = (parts: Partial<Publication>): Publication => ({
    ...{ id: 2, state: 'training', stage: 'fold', language: 'zh', done: 2, of: 5 },
    ...{ reason: '', detail: '', report: null, by: 'agent:a', at: '', ended_at: null },
    ...{
      changes: { added: 0, changed: 1, removed: 0, lines: 0 },
      restored: null,
      restorable: false,
    },
    ...parts,
  })

  it('shows the stages behind it and the share of the step it is at', () => {
    expect(stageMarks(at({})).map(({ mark }) => mark)).toEqual(['done', 'now', 'ahead', 'ahead'])
    expect(stepShare(at({}))).toBe(0.4)
    expect(stepShare(at({ of: 0 }))).toBeNull()
  })
})

describe('the list', () => {
  const all = [
    article({ id: 'zh-a', title: '挂失' }),
    article({ id: 'zh-b', title: '补卡', state: 'changed', phrasings: ['换 NFC 卡'] }),
    article({ id: 'en-c', title: 'Card lost', language: 'en' }),
  ]

  it('finds every word anywhere in an article', () => {
    expect(found(all, { words: 'nfc 补', language: '', state: '' }).map(({ id }) => id)).toEqual([
      'zh-b',
    ])
    expect(found(all, { words: '', language: 'en', state: '' })).toHaveLength(1)
    expect(found(all, { words: '', language: 'zh', state: 'published' })).toHaveLength(1)
  })

  it('has what waits to be published on top, and counts by state', () => {
    expect(inOrder(all).map(({ id }) => id)).toEqual(['zh-b', 'zh-a', 'en-c'])
    expect(counts(all)).toEqual({ draft: 0, published: 2, changed: 1, removed: 0 })
  })

  it('offers titles that begin with the word first', () => {
    const some = [
      article({ id: 'zh-x', title: '怎么挂失' }),
      article({ id: 'zh-y', title: '挂失' }),
    ]
    expect(picked(some, '挂失', 1).map(({ id }) => id)).toEqual(['zh-y'])
  })
})

describe('the history', () => {
  it('tells what the article said after each step', () => {
    const now = article({ title: '新标题', phrasings: ['甲', '乙'] })
    const by = { at: '2026-11-20T00:00:00Z', by: 'system' }
    const changes: Change[] = [
      { ...by, version: 1, act: 'added', what: { title: { from: null, to: '旧标题' } } },
      {
        ...{ ...by, version: 2, act: 'changed' },
        what: {
          title: { from: '旧标题', to: '新标题' },
          phrasings: { added: ['乙'], removed: ['丙'] },
        },
      },
    ]
    const steps = past(now, changes)
    expect(steps.map(({ change }) => change.version)).toEqual([2, 1])
    expect(steps[1]?.content.title).toBe('旧标题')
    expect(steps[1]?.content.phrasings).toEqual(['甲', '丙'])
  })
})
