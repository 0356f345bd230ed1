import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DeliveryState } from '@/shared/protocol'
import { i18n } from '../locales'
import { fatesOf } from './delivery'
import MessageFate from './MessageFate.vue'
import { pretendHub, type PretendHub } from './pretendHub'
import { messageDoc } from './samples'

let hub: PretendHub
beforeEach(() => {
  hub = pretendHub()
})
afterEach(() => {
  hub.leaves()
})

const show = (state: DeliveryState, may = true) => {
  const deliveries = [{ key: 'a#0', state, code: 'rate_limited', provider_code: '45011' }]
  const [fate] = fatesOf(messageDoc({ author: 'agent:li', deliveries }), new Set())
  if (!fate) throw new Error('no fate')
  return mount(MessageFate, { props: { fate, may }, global: { plugins: [hub.pinia, i18n] } })
}

it('a failed message says why, and is sent again on a word', async () => {
  const page = show('failed')
  expect(page.text()).toContain('渠道限速 45011')
  await page.get('[data-test=resend]').trigger('click')
  expect(hub.acts()[0]?.command).toEqual({ do: 'resend', of: 'a#0' })
})

it('an uncertain one asks before the customer may get it twice', async () => {
  const page = show('uncertain')
  await page.get('[data-test=resend]').trigger('click')
  expect(hub.acts()).toEqual([])
  expect(page.text()).toContain('两次')
  await page.get('[data-test=resend-sure]').trigger('click')
  expect(hub.acts()[0]?.command).toEqual({ do: 'resend', of: 'a#0' })
})

it('giving up is told to the hub', async () => {
  await show('failed').get('[data-test=discard]').trigger('click')
  expect(hub.acts()[0]?.command).toEqual({ do: 'discard', of: 'a#0' })
})

it('while the hub decides there is nothing more to choose, and a refusal says why', async () => {
  const page = show('failed')
  await page.get('[data-test=discard]').trigger('click')
  expect(page.find('[data-test=resend]').exists()).toBe(false)
  hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'already_decided' })
  await flushPromises()
  expect(page.text()).toContain('已有人处理过')
})

it('who may not decide sees the state only', () => {
  const page = show('failed', false)
  expect(page.text()).toContain('失败')
  expect(page.find('button').exists()).toBe(false)
})

it('what went out says so and asks nothing', () => {
  const page = show('sent')
  expect(page.text()).toContain('已发送')
  expect(page.find('button').exists()).toBe(false)
})
