import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { i18n } from '../locales'
import { useConversations } from '../stores/conversations'
import { useLink } from '../stores/link'
import { useToasts } from '../stores/toasts'
import ConversationPane from './ConversationPane.vue'
import { pretendHub, type PretendHub } from './pretendHub'
import {
  CONVERSATION,
  conversationDoc,
  CUSTOMER,
  customerDoc,
  messageDoc,
  workDoc,
} from './samples'

let hub: PretendHub
let page: VueWrapper
const word = messageDoc({ parts: [{ is: 'TextPart', text: '提前还款要违约金吗' }] })

beforeEach(async () => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      disconnect(): void {}
    },
  )
  hub = pretendHub()
  hub.shows([workDoc()], 5, 'desk')
  hub.shows([customerDoc(), conversationDoc(), word], 40)
  page = mount(ConversationPane, {
    attachTo: document.body,
    props: { conversationId: CONVERSATION },
    global: { plugins: [hub.pinia, i18n] },
  })
  await flushPromises()
})
afterEach(() => {
  page.unmount()
  hub.leaves()
})

const has = (name: string): boolean => page.find(`[data-test=${name}]`).exists()
async function press(code: string): Promise<void> {
  dispatchEvent(new KeyboardEvent('keydown', { code, altKey: true, cancelable: true }))
  await flushPromises()
}

it('shows what was said, and the box to answer it', () => {
  expect(page.get('[data-test=log]').text()).toContain('提前还款要违约金吗')
  expect(page.get('[data-test=log]').attributes('role')).toBe('log')
  expect(has('box')).toBe(true)
})

describe('the end', () => {
  it('brings the wrap-up at once, before the hub has answered', async () => {
    await press('KeyE')
    expect(hub.acts()[0]?.command).toMatchObject({ do: 'end', epoch: 3 })
    expect(has('wrap-up')).toBe(true)
    expect(has('box')).toBe(false)
  })

  it('refused, the talk goes on', async () => {
    await press('KeyE')
    hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'not_yours' })
    await flushPromises()
    expect(has('wrap-up')).toBe(false)
    expect(has('box')).toBe(true)
  })

  it('a customer who writes on brings the talk back', async () => {
    hub.shows([customerDoc(), conversationDoc({ state: 'wrap_up' }), word], 41)
    await flushPromises()
    expect(has('wrap-up')).toBe(true)
    hub.shows([customerDoc(), conversationDoc(), word, messageDoc()], 42)
    await flushPromises()
    expect(has('wrap-up')).toBe(false)
    expect(document.activeElement?.id).toBe('composer')
  })
})

describe('that the customer wrote on', () => {
  const shown = () => useToasts().shown.map((toast) => toast.text)
  const turns = async (state: string, seq: number): Promise<void> => {
    hub.shows([customerDoc(), conversationDoc({ state }), word], seq)
    await flushPromises()
  }

  it('is said while it is so, and not after', async () => {
    await turns('wrap_up', 41)
    await turns('active', 42)
    expect(shown()).toEqual(['王女士又来消息，继续服务。'])
    await turns('wrap_up', 43)
    expect(shown()).toEqual([])
    await turns('closed', 44)
    expect(shown()).toEqual([])
  })

  it('is not said of the next conversation one opens', async () => {
    await turns('wrap_up', 41)
    const other = `${CUSTOMER}.3`
    hub.shows(
      [workDoc(), workDoc({ id: `${other}-1`, conversation_id: other })],
      ...([6, 'desk'] as const),
    )
    const next = conversationDoc({ id: other, interaction_id: `${other}-1` })
    hub.shows([customerDoc(), conversationDoc({ state: 'wrap_up' }), next, word], 42)
    await page.setProps({ conversationId: other })
    await flushPromises()
    expect(has('box')).toBe(true)
    expect(shown()).toEqual([])
  })
})

it('what a colleague serves can be read only', async () => {
  hub.shows([workDoc({ agent_id: 'chen' })], 6, 'desk')
  await flushPromises()
  expect(has('box')).toBe(false)
  expect(page.get('[data-test=notice]').attributes('data-mode')).toBe('elsewhere')
  expect(has('end')).toBe(false)
})

it('what may not be seen is not shown, and taking it is offered', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({}, { status: 404 })))
  useConversations().select(CONVERSATION)
  hub.shows([workDoc({ state: 'queued', agent_id: '' })], 6, 'desk')
  await flushPromises()
  hub.says({ t: 'closed', topic: `customer:${CUSTOMER}`, reason: 'forbidden' })
  await vi.waitFor(() => {
    expect(has('hidden')).toBe(true)
  })
  expect(page.text()).not.toContain('提前还款')
  expect(page.get('[data-test=notice]').attributes('data-mode')).toBe('waiting')
})

it('what was handed on is not shown any more, even while the lists of the hub lag', async () => {
  const answers = [Response.json(conversationDoc())]
  const gone = (): Response => Response.json({}, { status: 404 })
  const fetched = vi.fn((url: string) =>
    Promise.resolve((url.endsWith(CONVERSATION) && answers.shift()) || gone()),
  )
  vi.stubGlobal('fetch', fetched)
  useConversations().select(CONVERSATION)
  hub.shows([], 6, 'desk')
  hub.says({ t: 'closed', topic: `customer:${CUSTOMER}`, reason: 'forbidden' })
  await vi.waitFor(() => {
    expect(page.get('[data-test=hidden]').text()).toContain('会话不在您手上')
  })
  expect(fetched.mock.calls.filter(([url]) => url.includes('/messages'))).toEqual([])
  expect(page.text()).not.toContain('提前还款')
  expect(has('notice')).toBe(false)
  expect(has('box')).toBe(false)
})

describe('a conversation that went elsewhere', () => {
  const told = { ...conversationDoc({ agent_id: 'chen' }) }
  let said: string[]

  beforeEach(() => {
    said = ['第一次']
    vi.stubGlobal('fetch', (url: string) =>
      Promise.resolve(
        Response.json(
          url.includes('/messages')
            ? {
                items: said.map((text, index) => ({
                  ...messageDoc({ id: `m-${index}`, parts: [{ is: 'TextPart', text }] }),
                  seq: index + 1,
                  internal: false,
                })),
                seq: 9,
                next: null,
              }
            : told,
        ),
      ),
    )
  })

  async function goes(seq: number, reason = 'unknown'): Promise<void> {
    hub.shows([workDoc({ agent_id: 'chen' })], seq, 'desk')
    hub.says({ t: 'closed', topic: `customer:${CUSTOMER}`, reason })
    await vi.waitFor(() => {
      expect(page.get('[data-test=log]').text()).toContain('第一次')
    })
    await flushPromises()
  }

  it('says until when what is shown was true', async () => {
    expect(has('frozen')).toBe(false)
    vi.spyOn(useLink(), 'now', 'get').mockReturnValue(new Date(2026, 10, 22, 11, 58).getTime())
    await goes(6)
    expect(page.get('[data-test=frozen]').text()).toBe('截至 11:58 · 已不在您手上')
  })

  it('is read anew each time it goes, with all that was said in between', async () => {
    await goes(6)
    hub.shows([workDoc()], 7, 'desk')
    hub.shows([customerDoc(), conversationDoc(), word], 41)
    await flushPromises()
    expect(has('frozen')).toBe(false)
    expect(page.get('[data-test=log]').text()).not.toContain('第一次')
    said = ['第一次', '第二次']
    await goes(8)
    expect(page.get('[data-test=log]').text()).toContain('第二次')
    expect(has('frozen')).toBe(true)
  })

  it('and is over by now stands there without a time', async () => {
    told.state = 'closed'
    await goes(6, 'forbidden')
    expect(has('frozen')).toBe(false)
  })
})

it('Alt+P writes a note, and again goes back to the reply', async () => {
  await press('KeyP')
  expect(page.get('[data-test=composer]').classes()).toContain('noting')
  await press('KeyP')
  expect(page.get('[data-test=composer]').classes()).not.toContain('noting')
})
