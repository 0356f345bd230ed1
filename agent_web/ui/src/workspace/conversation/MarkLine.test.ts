import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { MarkDoc } from '@/shared/protocol'
import { i18n } from '../locales'
import { usePreferences } from '../stores/preferences'
import MarkLine from './MarkLine.vue'
import { pretendHub, type PretendHub } from './pretendHub'
import { colleagueDoc, markDoc } from './samples'

const ANSWERED = { id: 'answered', name: '已解答', name_en: 'Question answered' }
let hub: PretendHub

beforeEach(() => {
  hub = pretendHub()
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ items: [ANSWERED] })))
})
afterEach(() => {
  hub.leaves()
})
enableAutoUnmount(afterEach)

async function line(given: Partial<MarkDoc>, locale: 'zh' | 'en' = 'zh'): Promise<string> {
  usePreferences().language = locale
  const shown = mount(MarkLine, {
    props: { mark: markDoc(given) },
    global: { plugins: [hub.pinia, i18n] },
  })
  await flushPromises()
  return shown
    .get('span')
    .text()
    .replace(/\s*\d\d:\d\d$/u, '')
}

it('a disposition stands there by its name', async () => {
  const finished = { what: 'finished', who: 'chen', detail: 'answered' }
  hub.shows([colleagueDoc()], 5, 'desk')
  expect(await line(finished)).toBe('陈晨完成小结（已解答）')
  expect(await line(finished, 'en')).toBe('Wrapped up by 陈晨 (Question answered)')
  expect(await line({ ...finished, detail: 'old' })).toBe('陈晨完成小结（old）')
})

it.each([
  ['finished', 'You wrapped up'],
  ['resumed', 'The customer wrote again; you go on'],
  ['offered', 'Offered to you'],
  ['returned', 'You passed it on, back in the queue'],
])('what I did is told to me: %s', async (what, told) => {
  expect(await line({ what, who: 'li' }, 'en')).toBe(told)
})

it('who moved it is a supervisor where the name was never seen', async () => {
  const moved = { what: 'returned', detail: 'moved' }
  expect(await line({ ...moved, who: 'supervisor1' })).toBe('班长转出，回到队列（班长移动）')
  expect(await line({ ...moved, what: 'returned', who: 'someone', detail: '' })).toContain(
    'someone',
  )
})
