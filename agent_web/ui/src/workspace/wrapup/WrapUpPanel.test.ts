import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { conversationDoc } from '../conversation/samples'
import { i18n } from '../locales'
import WrapUpPanel from './WrapUpPanel.vue'

let hub: PretendHub
let page: VueWrapper
/** What the hub has to choose from; undefined while it does not answer. */
let served: { items: unknown[] } | undefined
const common = { group: '业务', group_en: 'Business' }
const items = [
  { ...common, id: 'answered', name: '咨询已解答', name_en: 'Answered', position: 1 },
  { ...common, id: 'done', name: '业务已办理', name_en: 'Done', position: 2 },
]

beforeEach(async () => {
  served = { items }
  await open()
})
afterEach(() => {
  page.unmount()
  hub.leaves()
})

async function open(): Promise<void> {
  hub = pretendHub()
  vi.stubGlobal('fetch', () =>
    served ? Promise.resolve(Response.json(served)) : Promise.reject(new TypeError('no answer')),
  )
  page = mount(WrapUpPanel, {
    attachTo: document.body,
    props: { conversation: conversationDoc({ state: 'wrap_up' }), since: '' },
    global: { plugins: [hub.pinia, i18n] },
  })
  await flushPromises()
}

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

it('a disposition that is no longer in use gives way to those that are', async () => {
  await press('1')
  served = { items: items.slice(1) }
  await press('Enter')
  hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'unknown_disposition' })
  await flushPromises()
  expect(page.get('[data-test=wrap-said]').text()).toContain('这个小结已经停用')
  expect(page.findAll('input').map((each) => each.element.value)).toEqual(['done'])
  await press('Enter')
  expect(hub.acts()).toHaveLength(1)
})

it('dispositions that were not loaded are asked for again, and nothing is finished', async () => {
  page.unmount()
  hub.leaves()
  served = undefined
  await open()
  await press('Enter')
  await flushPromises()
  expect(page.text()).toContain('按 Enter 再取一次')
  served = { items }
  await press('Enter')
  await flushPromises()
  expect(hub.acts()).toEqual([])
  expect(document.activeElement?.id).toBe('disposition')
})
