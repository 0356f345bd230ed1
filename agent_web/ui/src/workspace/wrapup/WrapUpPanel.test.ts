import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { conversationDoc } from '../conversation/samples'
import { i18n } from '../locales'
import WrapUpPanel from './WrapUpPanel.vue'

let hub: PretendHub
let page: VueWrapper
const common = { group: '业务', group_en: 'Business' }
const items = [
  { ...common, id: 'answered', name: '咨询已解答', name_en: 'Answered', position: 1 },
  { ...common, id: 'done', name: '业务已办理', name_en: 'Done', position: 2 },
]

beforeEach(async () => {
  hub = pretendHub()
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ items })))
  page = mount(WrapUpPanel, {
    attachTo: document.body,
    props: { conversation: conversationDoc({ state: 'wrap_up' }), since: '' },
    global: { plugins: [hub.pinia, i18n] },
  })
  await flushPromises()
})
afterEach(() => {
  page.unmount()
  hub.leaves()
})

const press = (key: string, where = '[data-test=wrap-up]'): Promise<void> =>
  page.get(where).trigger('keydown', { key })

it('takes the focus to its first choice', () => {
  expect(document.activeElement?.id).toBe('disposition')
})

it('a digit chooses and Enter finishes', async () => {
  await press('2')
  await press('Enter')
  expect(hub.acts()[0]?.command).toMatchObject({ do: 'finish', disposition: 'done', epoch: 3 })
})

it('without a choice it does not finish, and says so', async () => {
  await press('Enter')
  expect(hub.acts()).toEqual([])
  expect(page.get('[data-test=wrap-said]').text()).toContain('小结')
})

it('a digit in the summary is a digit', async () => {
  await press('1')
  await press('2', 'textarea')
  await page.get('textarea').setValue('预约 2 号')
  await press('Enter', 'textarea')
  expect(hub.acts()[0]?.command).toMatchObject({ disposition: 'answered', summary: '预约 2 号' })
})

it('finishes once, however often Enter is pressed', async () => {
  await press('1')
  await press('Enter')
  await press('Enter')
  expect(hub.acts()).toHaveLength(1)
})

it('a refusal is told in place', async () => {
  await press('1')
  await press('Enter')
  hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'not_in_wrap_up' })
  await flushPromises()
  expect(page.get('[data-test=wrap-said]').text()).toContain('客户又来消息')
})
