import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { CONVERSATION, conversationDoc, messageDoc, workDoc } from '../conversation/samples'
import { useConversations } from '../stores/conversations'
import { useSending } from './sending'

let hub: PretendHub

beforeEach(() => {
  hub = pretendHub()
  hub.shows([workDoc()], 5, 'desk')
  hub.shows([conversationDoc()], 40)
})
afterEach(() => {
  hub.leaves()
})

const states = () =>
  useSending()
    .outgoing(CONVERSATION)
    .map((line) => line.state)

describe('a reply', () => {
  it('names assignment and the number of the view, and is shown at once', () => {
    expect(useSending().send(CONVERSATION, '您好')).toBe(true)
    expect(hub.acts()[0]?.command).toEqual({
      ...{ do: 'send', conversation_id: CONVERSATION, interaction_id: `${CONVERSATION}-1` },
      ...{ epoch: 3, text: '您好', seen: 40 },
    })
    expect(states()).toEqual(['waiting'])
  })

  it('gives way to its message, whichever comes first', async () => {
    const sending = useSending()
    sending.send(CONVERSATION, '您好')
    const id = hub.acts()[0]?.id ?? ''
    hub.answers(id, { seq: 41 })
    await flushPromises()
    expect(states()).toEqual(['landing'])
    hub.shows([conversationDoc(), messageDoc({ command_id: id })], 41)
    expect(states()).toEqual([])
  })

  it('given once more goes out under the same id', () => {
    const sending = useSending()
    sending.send(CONVERSATION, '您好')
    sending.retry(hub.acts()[0]?.id ?? '')
    expect(new Set(hub.acts().map((act) => act.id)).size).toBe(1)
    expect(hub.acts()).toHaveLength(2)
  })

  it('refused goes back to the box, before what was typed since', async () => {
    const sending = useSending()
    sending.send(CONVERSATION, '好的')
    hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'stale_view', seq: 44 })
    await flushPromises()
    useConversations().setDraft(CONVERSATION, '还有')
    const [refused] = sending.refusals(CONVERSATION)
    if (!refused) throw new Error('not refused')
    sending.takeBack(refused)
    expect(useConversations().draft(CONVERSATION)).toBe('好的\n还有')
    expect(sending.refusals(CONVERSATION)).toEqual([])
  })

  it('taken back by the person goes back to the box and is given no more', () => {
    const sending = useSending()
    sending.send(CONVERSATION, '好的')
    const [line] = sending.outgoing(CONVERSATION)
    if (!line) throw new Error('nothing on the way')
    sending.drop(line)
    expect(states()).toEqual([])
    expect(useConversations().draft(CONVERSATION)).toBe('好的')
  })

  it('is not written where somebody else serves', () => {
    hub.shows([workDoc({ agent_id: 'chen' })], 6, 'desk')
    expect(useSending().send(CONVERSATION, '您好')).toBe(false)
    expect(hub.acts()).toEqual([])
  })
})

describe('before the assignment has reached the conversation', () => {
  beforeEach(() => {
    hub.shows([conversationDoc({ state: 'queued', agent_id: '', epoch: 0 })], 40)
  })

  it('a reply waits, and goes out with it', async () => {
    useSending().send(CONVERSATION, '您好')
    expect(states()).toEqual(['held'])
    expect(hub.acts()).toEqual([])
    hub.shows([conversationDoc()], 41)
    await nextTick()
    expect(hub.acts()[0]?.command).toMatchObject({ do: 'send', text: '您好', epoch: 3, seen: 41 })
    expect(states()).toEqual(['waiting'])
  })

  it('a reply comes back when the work went elsewhere', async () => {
    useSending().send(CONVERSATION, '您好')
    hub.shows([workDoc({ agent_id: 'chen' })], 6, 'desk')
    await nextTick()
    expect(states()).toEqual([])
    expect(useConversations().draft(CONVERSATION)).toBe('您好')
    expect(hub.acts()).toEqual([])
  })
})

describe('a reply that waits, and a page that is loaded anew', () => {
  const queued = conversationDoc({ state: 'queued', agent_id: '', epoch: 0 })

  beforeEach(async () => {
    hub.shows([queued], 40)
    useSending().send(CONVERSATION, '您好')
    hub.leaves()
    await flushPromises()
    const kept = Object.entries(sessionStorage) as [string, string][]
    hub = pretendHub()
    for (const [key, value] of kept) sessionStorage.setItem(key, value)
  })

  it('is still there, and goes out once with the assignment', async () => {
    useSending()
    await nextTick()
    expect(states()).toEqual(['held'])
    hub.shows([workDoc()], 5, 'desk')
    hub.shows([queued], 40)
    await nextTick()
    expect(states()).toEqual(['held'])
    hub.shows([conversationDoc()], 41)
    await nextTick()
    expect(hub.acts().map((act) => act.command)).toMatchObject([{ do: 'send', text: '您好' }])
    expect(Object.keys(sessionStorage)).toEqual(['lianluo.pending.li'])
  })

  it('comes back to the box when the work is gone by then', async () => {
    useSending()
    hub.shows([workDoc({ agent_id: 'chen' })], 6, 'desk')
    await nextTick()
    expect(states()).toEqual([])
    expect(useConversations().draft(CONVERSATION)).toBe('您好')
    expect(Object.keys(sessionStorage)).toEqual([])
  })
})

it('a note is shown until the screen has come as far as its commit', async () => {
  useSending().note(CONVERSATION, '已核身')
  const id = hub.acts()[0]?.id ?? ''
  hub.answers(id, { seq: 41 })
  await flushPromises()
  expect(states()).toEqual(['landing'])
  hub.shows([conversationDoc()], 41)
  expect(states()).toEqual([])
})
