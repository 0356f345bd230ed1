import { enableAutoUnmount, flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import {
  CONVERSATION,
  conversationDoc,
  CUSTOMER,
  customerDoc,
  workDoc,
} from '../conversation/samples'
import { i18n } from '../locales'
import { usePreferences } from '../stores/preferences'
import CustomerPane from './CustomerPane.vue'

const EARLIER = `${CUSTOMER}.1`
let hub: PretendHub
let told: string[]

beforeEach(() => {
  told = [CONVERSATION]
  hub = pretendHub()
  usePreferences().language = 'zh'
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      Response.json({
        items: url.includes('/conversations?')
          ? told.map((id) => ({
              ...conversationDoc({ id, state: 'closed' }),
              ...{ last_text: '', last_kind: 'MediaPart' },
            }))
          : [],
        next: null,
      }),
    ),
  )
})
afterEach(() => {
  hub.leaves()
})
enableAutoUnmount(afterEach)

async function pane(conversationId = CONVERSATION, because = 'no_answer'): Promise<VueWrapper> {
  hub.shows([workDoc({ returns: 1, returned_because: because })], 5, 'desk')
  hub.shows([customerDoc({ conversations: told.length }), conversationDoc()], 40)
  const shown = mount(CustomerPane, {
    props: { conversationId },
    global: { plugins: [hub.pinia, i18n] },
  })
  await flushPromises()
  return shown
}
const past = (shown: VueWrapper): (string | undefined)[] =>
  shown.findAll('[data-test=past]').map((each) => each.attributes('data-id'))

it('the conversation on the screen is no earlier one', async () => {
  const shown = await pane()
  expect(past(shown)).toEqual([])
  expect(shown.text()).toContain('还没有历史会话。')
})

it('earlier ones are counted without it, and say what was sent where there are no words', async () => {
  told = [CONVERSATION, EARLIER]
  const shown = await pane()
  expect(past(shown)).toEqual([EARLIER])
  expect(shown.get('[data-test=past] .text').text()).toBe('[媒体]')
  expect(shown.findAll('.count').map((each) => each.text())).toEqual(['1'])
})

it('beside an old one stands the present one', async () => {
  told = [CONVERSATION, EARLIER]
  expect(past(await pane(EARLIER))).toEqual([CONVERSATION])
})

it('a transfer is no reason for having come back', async () => {
  expect((await pane()).text()).toContain('1 次，上次：')
  const text = (await pane(CONVERSATION, 'transferred')).text()
  expect(text).toContain('1 次')
  expect(text).not.toContain('上次')
})

it('one is one in English', async () => {
  usePreferences().language = 'en'
  const text = (await pane()).text()
  expect(text).toContain('1 conversation')
  expect(text).not.toContain('1 conversations')
  expect(text).toContain('1 time: no answer')
})
