import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { ClientFrame, MessageDoc, ScreenDoc, ServerFrame, WorkDoc } from '@/shared/protocol'
import { useConversations } from './conversations'
import { DESK, useDesk } from './desk'
import { useDrafts } from './drafts'
import { useLink } from './link'
import { useSession } from './session'

const CUSTOMER = 'aa'
const TALK = `${CUSTOMER}.2`

class FakeSocket {
  static readonly OPEN = 1
  static latest: FakeSocket
  readyState = FakeSocket.OPEN
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: ClientFrame[] = []

  constructor() {
    FakeSocket.latest = this
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame)
  }

  close(): void {
    this.readyState = 3
  }
}

const says = async (frame: ServerFrame): Promise<void> => {
  FakeSocket.latest.onmessage?.({ data: JSON.stringify(frame) })
  await nextTick()
}

const update = (topic: string, seq: number, ...docs: ScreenDoc[]): Promise<void> =>
  says({ t: 'update', topic, seq, full: false, docs, gone: [] })

const watched = (): string[] =>
  FakeSocket.latest.sent.flatMap((frame) => (frame.t === 'watch' ? [frame.topic] : []))

const message = (n: number, author: string): MessageDoc => ({
  seq: n,
  kind: 'message',
  id: `${TALK}.${n}`,
  conversation_id: TALK,
  n,
  at: '2026-11-22T02:00:00Z',
  author,
  parts: [],
  deliveries: [],
  withheld: '',
  resend_of: '',
  command_id: '',
  article: '',
  score: 0,
  ranking: null,
})

const work = (fields: Partial<WorkDoc>): WorkDoc => ({
  seq: 5,
  kind: 'work',
  id: `${TALK}-1`,
  conversation_id: TALK,
  customer_id: CUSTOMER,
  queue_id: 'general',
  state: 'active',
  medium: 'text',
  channel_id: 'wechat-demo',
  display_name: '',
  reason: '',
  language: 'zh',
  agent_id: 'agent1',
  epoch: 1,
  waiting_since: '2026-11-22T02:00:00Z',
  since: '2026-11-22T02:00:00Z',
  offer_until: null,
  first: false,
  returns: 0,
  returned_because: '',
  target: '',
  note: '',
  why: null,
  ...fields,
})

let focused: boolean

async function begin(username = 'agent1'): Promise<ReturnType<typeof useConversations>> {
  setActivePinia(createPinia())
  const session = useSession()
  session.me = { username, display_name: '李静', role: 'agent' }
  session.state = 'in'
  const link = useLink()
  const conversations = useConversations()
  link.client.watch(DESK)
  link.start()
  await says({
    t: 'welcome',
    protocol: 1,
    username,
    display_name: '李静',
    role: 'agent',
    now: new Date().toISOString(),
    build: 'b',
    connection_id: 'p.1',
    heartbeat_s: 10,
    bank: '联络银行',
    environment: 'demo',
  })
  return conversations
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  focused = true
  vi.spyOn(document, 'hasFocus').mockImplementation(() => focused)
  localStorage.clear()
  sessionStorage.clear()
})

afterEach(() => {
  useLink().stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('the customers of offered and served work are watched, and no more when it is gone', async () => {
  await begin()
  await update(
    DESK,
    5,
    work({ state: 'offered' }),
    work({ id: 'x', conversation_id: 'bb.1', state: 'queued', agent_id: '' }),
  )
  expect(watched()).toEqual([DESK, `customer:${CUSTOMER}`])
  await says({
    t: 'update',
    topic: DESK,
    seq: 6,
    full: false,
    docs: [],
    gone: [{ kind: 'work', id: `${TALK}-1` }],
  })
  expect(FakeSocket.latest.sent.at(-1)).toEqual({ t: 'unwatch', topic: `customer:${CUSTOMER}` })
})

it('what the customer wrote is unread until somebody looks at it', async () => {
  const conversations = await begin()
  await update(DESK, 5, work({}))
  await update(
    `customer:${CUSTOMER}`,
    9,
    message(7, 'customer'),
    message(8, 'bot'),
    message(9, 'customer'),
  )
  expect(conversations.unread(TALK)).toBe(2)
  conversations.select(TALK)
  await nextTick()
  expect(conversations.unread(TALK)).toBe(0)
})

it('what the person answered from another browser is not unread in this one', async () => {
  const conversations = await begin()
  await update(DESK, 5, work({}))
  const [asked, more] = [message(7, 'customer'), message(9, 'customer')]
  await update(`customer:${CUSTOMER}`, 9, asked, message(8, useSession().author), more)
  expect(conversations.unread(TALK)).toBe(1)
})

it('a message in a tab nobody looks at stays unread, also after a reload', async () => {
  let conversations = await begin()
  await update(DESK, 5, work({}))
  conversations.select(TALK)
  await update(`customer:${CUSTOMER}`, 7, message(7, 'customer'))
  focused = false
  dispatchEvent(new Event('blur'))
  await update(`customer:${CUSTOMER}`, 8, message(8, 'customer'))
  expect(conversations.unread(TALK)).toBe(1)
  useLink().stop()
  conversations = await begin()
  await update(DESK, 5, work({}))
  await update(`customer:${CUSTOMER}`, 8, message(7, 'customer'), message(8, 'customer'))
  expect(conversations.unread(TALK)).toBe(1)
  expect(conversations.unreadInAll).toBe(1)
})

it('a customer refused a moment too early is asked for again while the work is ours', async () => {
  await begin()
  await update(DESK, 5, work({}))
  await says({ t: 'closed', topic: `customer:${CUSTOMER}`, reason: 'forbidden' })
  vi.advanceTimersByTime(1000)
  expect(watched()).toEqual([DESK, `customer:${CUSTOMER}`, `customer:${CUSTOMER}`])
})

it('two tabs keep the drafts of each other, and each shows what the other wrote', async () => {
  const here = await begin()
  here.setDraft('aa.1', '一')
  const other = createPinia()
  const there = useDrafts(other)
  useSession(other).me = { username: 'agent1', display_name: '李静', role: 'agent' }
  expect(there.draft('aa.1')).toBe('一')
  here.setDraft('aa.2', '二')
  there.setDraft('aa.3', '三')
  there.setDraft('aa.1', '')
  const kept = JSON.parse(localStorage.getItem('lianluo.drafts.agent1') ?? '{}') as object
  expect(Object.keys(kept)).toEqual(['aa.2', 'aa.3'])
  expect(here.draft('aa.3')).toBe('')
  dispatchEvent(
    new StorageEvent('storage', {
      key: 'lianluo.drafts.agent1',
      newValue: localStorage.getItem('lianluo.drafts.agent1'),
    }),
  )
  expect(['aa.1', 'aa.2', 'aa.3'].map(here.draft)).toEqual(['', '二', '三'])
})

it('drafts belong to the person who typed them and are dropped after a day', async () => {
  let conversations = await begin()
  conversations.setDraft(TALK, '您好，')
  useLink().stop()
  conversations = await begin('agent2')
  expect(conversations.draft(TALK)).toBe('')
  useLink().stop()
  conversations = await begin()
  expect(conversations.draft(TALK)).toBe('您好，')
  useLink().stop()
  vi.setSystemTime(Date.now() + 25 * 3600 * 1000)
  conversations = await begin()
  expect(conversations.draft(TALK)).toBe('')
})

it('offers, own work and waiting work are kept apart', async () => {
  await begin()
  const desk = useDesk()
  await update(
    DESK,
    5,
    work({}),
    work({ id: 'o', conversation_id: 'bb.1', state: 'offered' }),
    work({ id: 'q', conversation_id: 'cc.1', state: 'queued', agent_id: '' }),
    work({ id: 'w', conversation_id: 'dd.1', state: 'wrap_up' }),
  )
  expect(desk.offers.map((each) => each.id)).toEqual(['o'])
  expect(desk.queued.map((each) => each.id)).toEqual(['q'])
  expect(desk.mine.map((each) => each.id)).toEqual([`${TALK}-1`, 'w'])
  expect([desk.isMine(TALK), desk.isMine('bb.1')]).toEqual([true, false])
})
