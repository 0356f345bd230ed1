import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { i18n } from '../locales'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import {
  addressOf,
  CONVERSATION,
  conversationDoc,
  messageDoc,
  workDoc,
} from '../conversation/samples'
import { useConversations } from '../stores/conversations'
import ReplyComposer from './ReplyComposer.vue'

let hub: PretendHub
let page: VueWrapper
const meanwhile = messageDoc({
  n: 43_000,
  author: 'agent:chen',
  parts: [{ is: 'TextPart', text: '我先回您' }],
})

beforeEach(() => {
  hub = pretendHub()
  const phrase = { id: 'nh', key: 'nh', group: '', group_en: '', name: '问候', name_en: 'Hi' }
  vi.stubGlobal('fetch', () =>
    Promise.resolve(Response.json({ items: [{ ...phrase, text: '您好！', text_en: 'Hello!' }] })),
  )
  hub.shows([workDoc()], 5, 'desk')
  hub.shows([conversationDoc()], 40)
  const grants = [{ kind: 'message', left: 3, quota: 5, until: '2999-01-01T00:00:00Z' }]
  page = mount(ReplyComposer, {
    attachTo: document.body,
    global: { plugins: [hub.pinia, i18n] },
    props: {
      ...{ conversationId: CONVERSATION, mode: 'mine', channelId: 'wechat-demo', noting: false },
      ...{
        address: addressOf({ grants }),
        language: 'zh',
        customer: '王女士',
        entries: [meanwhile],
      },
      'onUpdate:noting': (noting: boolean) => page.setProps({ noting }),
    },
  })
})
afterEach(() => {
  page.unmount()
  hub.leaves()
})

const box = () => page.get<HTMLTextAreaElement>('textarea')
async function type(text: string): Promise<void> {
  const element = box().element
  element.focus()
  element.value = text
  element.setSelectionRange(text.length, text.length)
  await box().trigger('input')
}
const enter = (more: object = {}): Promise<void> =>
  box().trigger('keydown', { key: 'Enter', ...more })

describe('Enter', () => {
  it('sends and empties the box', async () => {
    await type('  可以的 ')
    await enter()
    expect(hub.acts()[0]?.command).toMatchObject({ do: 'send', text: '可以的' })
    expect(box().element.value).toBe('')
  })

  it('never sends while an input method composes', async () => {
    await type('keyi')
    await enter({ isComposing: true })
    await enter({ keyCode: 229 })
    await box().trigger('compositionstart')
    await enter()
    expect(hub.acts()).toEqual([])
    await box().trigger('compositionend')
    await enter()
    expect(hub.acts()).toHaveLength(1)
  })

  it('with Shift is a new line', async () => {
    await type('一')
    await enter({ shiftKey: true })
    expect(hub.acts()).toEqual([])
  })

  it('sends no blanks', async () => {
    await type('   ')
    await enter()
    expect(hub.acts()).toEqual([])
  })
})

describe('while the window is shut', () => {
  const send = () => page.get<HTMLButtonElement>('[data-test="send"]').element

  beforeEach(() => page.setProps({ address: addressOf({ grants: [] }) }))

  it('nothing is sent and the words stay in the box', async () => {
    await type('稍后告诉您')
    expect(send().disabled).toBe(true)
    await enter()
    expect(hub.acts()).toEqual([])
    expect(box().element.value).toBe('稍后告诉您')
  })

  it('a note can be written all the same', async () => {
    await page.setProps({ noting: true })
    await type('客户要回电')
    expect(send().disabled).toBe(false)
    await enter()
    expect(hub.acts()[0]?.command).toMatchObject({ do: 'note', text: '客户要回电' })
  })
})

describe('a slash', () => {
  it('opens the canned replies, and Enter puts one in instead of sending', async () => {
    await type('/n')
    await flushPromises()
    expect(page.findAll('[role=option]')).toHaveLength(1)
    await enter()
    await flushPromises()
    expect(box().element.value).toBe('您好！')
    expect(hub.acts()).toEqual([])
  })

  it('closed with Esc stays closed, and Enter sends what stands there', async () => {
    await type('/n')
    await flushPromises()
    await box().trigger('keydown', { key: 'Escape' })
    expect(page.find('[data-test=phrases]').exists()).toBe(false)
    await enter()
    expect(hub.acts()[0]?.command).toMatchObject({ text: '/n' })
  })
})

describe('notes', () => {
  it('go to colleagues, on their own draft', async () => {
    await type('给客户的话')
    await page.setProps({ noting: true })
    expect(box().element.value).toBe('')
    await type('已核身')
    await enter()
    expect(hub.acts()[0]?.command).toEqual({
      ...{ do: 'note', conversation_id: CONVERSATION, text: '已核身' },
    })
    await flushPromises()
    expect(box().element.value).toBe('给客户的话')
  })
})

describe('a stopped reply', () => {
  beforeEach(async () => {
    await type('好的')
    await enter()
    hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'stale_view', seq: 44 })
    await flushPromises()
  })

  it('is in the box again, with what came meanwhile over it', () => {
    expect(box().element.value).toBe('好的')
    const strip = page.get('[data-test=stopped]')
    expect(strip.attributes('data-reason')).toBe('stale_view')
    expect(strip.text()).toContain('我先回您')
  })

  it('goes out anyway only when the screen shows what it was stopped for', async () => {
    const anyway = page.get<HTMLButtonElement>('[data-test=send-anyway]')
    expect(anyway.element.disabled).toBe(true)
    hub.shows([conversationDoc(), meanwhile], 44)
    await flushPromises()
    expect(anyway.element.disabled).toBe(false)
    await anyway.trigger('click')
    expect(hub.acts()[1]?.command).toMatchObject({ do: 'send', text: '好的', seen: 44 })
    expect(hub.acts()[1]?.id).not.toBe(hub.acts()[0]?.id)
    expect(page.find('[data-test=stopped]').exists()).toBe(false)
  })
})

it('says that somebody writes, at most every three seconds', async () => {
  await type('可')
  await type('可以')
  expect(hub.sent().filter((frame) => frame.t === 'typing')).toHaveLength(1)
})

it('keeps what is typed as the draft of the conversation', async () => {
  await type('写到一半')
  expect(useConversations().draft(CONVERSATION)).toBe('写到一半')
})
