import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { i18n } from '../locales'
import QuestionRow from './QuestionRow.vue'
import type { Overview, Question, QuestionState, Refused } from './types'
import { usePublishing } from './usePublishing'
import { useQuestions } from './useQuestions'

const question = (parts: Partial<Question> = {}): Question => ({
  ...{ id: 'q1', text: '怎么洗卡', language: 'zh', count: 3, last_at: '2026-11-20T02:00:00Z' },
  ...{ reason: 'refused', candidates: [], conversation_id: '', state: 'open', article_id: '' },
  refused: 'no',
  ...parts,
})

beforeEach(() => {
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a row', () => {
  function told(state: QuestionState, refused: Refused, place = 'question-refused'): string {
    usePublishing().overview = { published: { version: 4 } } as Overview
    i18n.global.locale.value = 'zh'
    const row = { ...question({ state, refused }), busy: false }
    const props = { row, at: 0, focusable: true, article: undefined }
    const found = mount(QuestionRow, { props, global: { plugins: [i18n], stubs: ['RouterLink'] } })
    return found
      .findAll(place === 'fate' ? '.fate' : `[data-test=${place}]`)
      .map((each) => each.text())
      .join()
  }

  it.each([
    ['ignored', 'next', '下次发布后，这类问题会拒答。'],
    ['ignored', 'now', '已生效：现在的第 4 版对这类问题拒答。'],
    ['ignored', 'no', '回答照旧。'],
    ['open', 'until_next', '第 4 版仍拒答，再发布一次才取消。'],
    ['used', 'until_next', '第 4 版仍拒答，再发布一次才取消。'],
    ['open', 'no', ''],
    ['used', 'no', ''],
  ] as const)('that is %s, refused: %s, says "%s"', (state, refused, text) => {
    expect(told(state, refused)).toBe(text)
  })

  it('is called ignored where others stand too', () => {
    expect(told('ignored', 'no', 'fate')).toBe('已忽略。回答照旧。')
    useQuestions().shown = 'ignored'
    expect(told('ignored', 'no', 'fate')).toBe('回答照旧。')
  })
})

describe('the list', () => {
  function answers(...pages: (object | null)[]): string[] {
    const asked: string[] = []
    vi.stubGlobal('fetch', (path: string) => {
      asked.push(new URL(path, 'http://hub').searchParams.get('cursor') ?? '')
      const page = pages.shift()
      return page ? Promise.resolve(Response.json(page)) : Promise.reject(new TypeError('away'))
    })
    return asked
  }
  const first = { items: [question()], next: 50 }
  const second = { items: [question({ id: 'q2' })], next: null }

  it('repeats the reading that failed, not the page after it', async () => {
    const asked = answers(first, null, first)
    const questions = useQuestions()
    await questions.load()
    await questions.load()
    expect(questions.state).toBe('failed')
    await questions.again()
    expect([asked, questions.state]).toEqual([['', '', ''], 'there'])
  })

  it('repeats the page that failed', async () => {
    const asked = answers(first, null, second)
    const questions = useQuestions()
    await questions.load()
    await questions.more()
    await questions.again()
    expect(asked).toEqual(['', '50', '50'])
    expect(questions.rows.map(({ id }) => id)).toEqual(['q1', 'q2'])
  })
})
