import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClientFrame, Done, MessageDoc, ServerFrame, Update, Welcome } from '@/shared/protocol'
import { ScreenClient, type ClientHooks } from './client'

class FakeSocket {
  static readonly OPEN = 1
  static opened: FakeSocket[] = []
  readyState = FakeSocket.OPEN
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: ClientFrame[] = []

  constructor() {
    FakeSocket.opened.push(this)
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame)
  }

  close(): void {
    this.readyState = 3
  }

  says(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  breaks(code = 1006): void {
    this.readyState = 3
    this.onclose?.({ code })
  }

  has(t: ClientFrame['t']): ClientFrame[] {
    return this.sent.filter((frame) => frame.t === t)
  }
}

const welcome = (fields: Partial<Welcome> = {}): Welcome => ({
  t: 'welcome',
  protocol: 1,
  username: 'agent1',
  display_name: '李静',
  role: 'agent',
  now: new Date().toISOString(),
  build: 'b1',
  connection_id: 'p.1',
  heartbeat_s: 10,
  bank: '联络银行',
  environment: 'demo',
  ...fields,
})

const message = (id: string, seq: number): MessageDoc => ({
  seq,
  kind: 'message',
  id,
  conversation_id: 'c.1',
  n: seq,
  at: '2026-11-22T02:00:00Z',
  author: 'customer',
  parts: [],
  deliveries: [],
  withheld: '',
  resend_of: '',
  command_id: '',
  article: '',
  score: 0,
  ranking: null,
})

const update = (fields: Partial<Update>): Update => ({
  t: 'update',
  topic: 'customer:c',
  seq: 1,
  full: false,
  docs: [],
  gone: [],
  ...fields,
})

const NOTE = { do: 'note', conversation_id: 'c.1', text: '客户很急' } as const

let hooks: { [K in keyof ClientHooks]: ReturnType<typeof vi.fn> }
let client: ScreenClient

const dial = (): ScreenClient => {
  client = new ScreenClient('ws://hub/ws/agent', hooks as unknown as ClientHooks)
  client.start('agent1')
  return client
}

const socket = (): FakeSocket => {
  const latest = FakeSocket.opened.at(-1)
  if (!latest) throw new Error('nothing was dialled')
  return latest
}

const done = (id: string, state: Done['state'], reason = ''): Done => ({
  t: 'done',
  id,
  state,
  changed: true,
  reason,
  detail: '',
  seq: 3,
  message_ids: [],
})

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  FakeSocket.opened = []
  sessionStorage.clear()
  hooks = {
    welcome: vi.fn(),
    doubtful: vi.fn(),
    dismissed: vi.fn(),
    typing: vi.fn(),
    heard: vi.fn(),
  }
})

afterEach(() => {
  client.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('topics', () => {
  it('resume with the number held', () => {
    const topic = dial().watch('customer:c')
    socket().says(welcome())
    expect(socket().has('watch')).toEqual([{ t: 'watch', topic: 'customer:c', seq: 0 }])
    socket().says(update({ seq: 7, full: true, docs: [message('m1', 5)] }))
    socket().breaks()
    vi.advanceTimersByTime(500)
    socket().says(welcome())
    expect(socket().has('watch')).toEqual([{ t: 'watch', topic: 'customer:c', seq: 7 }])
    socket().says(update({ seq: 9, docs: [message('m2', 9)] }))
    expect(topic.all('message').map((each) => each.id)).toEqual(['m1', 'm2'])
    expect(topic.at.seq).toBe(9)
  })

  it('are replaced by a full picture', () => {
    const topic = dial().watch('customer:c')
    socket().says(welcome())
    socket().says(update({ seq: 7, full: true, docs: [message('m1', 5), message('m2', 7)] }))
    socket().says(update({ seq: 4, full: true, docs: [message('m3', 4)] }))
    expect(topic.all('message').map((each) => each.id)).toEqual(['m3'])
    expect(topic.at.seq).toBe(4)
  })

  it('take a frame that comes twice or late as nothing new', () => {
    const topic = dial().watch('customer:c')
    socket().says(welcome())
    const newer = { ...message('m1', 9), author: 'agent:agent1' }
    socket().says(update({ seq: 9, docs: [newer] }))
    socket().says(
      update({ seq: 5, docs: [message('m1', 5)], gone: [{ kind: 'message', id: 'm1' }] }),
    )
    expect(topic.get('message', 'm1')?.author).toBe('agent:agent1')
    expect(topic.at.seq).toBe(9)
  })

  it('drop what is gone for this screen', () => {
    const topic = dial().watch('customer:c')
    socket().says(welcome())
    socket().says(update({ seq: 5, docs: [message('m1', 5)] }))
    socket().says(update({ seq: 6, gone: [{ kind: 'message', id: 'm1' }] }))
    expect(topic.all('message')).toEqual([])
  })

  it('forget everything when they are closed', () => {
    const topic = dial().watch('customer:c')
    socket().says(welcome())
    socket().says(update({ seq: 5, docs: [message('m1', 5)] }))
    socket().says({ t: 'closed', topic: 'customer:c', reason: 'forbidden' })
    expect([topic.docs.size, topic.at.seq, topic.at.state]).toEqual([0, 0, 'closed'])
  })

  it('of one person are not shown to the next', () => {
    const topic = dial().watch('customer:c')
    socket().says(welcome())
    socket().says(update({ seq: 5, docs: [message('m1', 5)] }))
    socket().breaks()
    vi.advanceTimersByTime(500)
    socket().says(welcome({ username: 'agent2' }))
    expect(topic.docs.size).toBe(0)
    expect(socket().has('watch')).toEqual([])
  })
})

describe('commands', () => {
  it('are given again under the same id until the hub answers', async () => {
    const answer = dial().do(NOTE, 'id-1')
    expect(socket().has('do')).toEqual([])
    socket().says(welcome())
    socket().breaks()
    vi.advanceTimersByTime(500)
    socket().says(welcome())
    expect(socket().has('do')).toEqual([{ t: 'do', id: 'id-1', command: NOTE }])
    socket().says(done('id-1', 'decided'))
    expect((await answer).state).toBe('decided')
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.opened.flatMap((each) => each.has('do'))).toHaveLength(2)
  })

  it.each(['stored', 'unknown'] as const)('that are %s are asked for again', async (state) => {
    const answer = dial().do(NOTE, 'id-1')
    socket().says(welcome())
    socket().says(done('id-1', state))
    vi.advanceTimersByTime(499)
    expect(socket().has('do')).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(socket().has('do')).toHaveLength(2)
    socket().says(done('id-1', 'decided'))
    expect((await answer).state).toBe('decided')
  })

  it('survive a reload of the page', () => {
    void dial().do(NOTE, 'id-1')
    socket().says(welcome())
    void client.do(NOTE, 'id-2')
    client.stop()
    dial()
    socket().says(welcome())
    expect(
      socket()
        .has('do')
        .map((frame) => frame.t === 'do' && frame.id),
    ).toEqual(['id-1', 'id-2'])
  })

  it('of one person are never given in the name of another', () => {
    dial()
    socket().says(welcome())
    void client.do(NOTE, 'id-1')
    client.stop()
    dial()
    socket().says(welcome({ username: 'agent2' }))
    expect(socket().has('do')).toEqual([])
    expect(client.pending.open.size).toBe(0)
  })

  it('that a rule refuses are kept until somebody has seen it', async () => {
    dial()
    socket().says(welcome())
    const answer = client.do(NOTE, 'id-1')
    socket().says(done('id-1', 'refused', 'stale_view'))
    expect((await answer).reason).toBe('stale_view')
    expect(client.pending.refused.get('id-1')?.command).toEqual(NOTE)
    client.discard('id-1')
    expect(client.pending.refused.size).toBe(0)
  })

  it('refused words outlive a reload until they are taken back', () => {
    dial()
    socket().says(welcome())
    void client.do(NOTE, 'id-1')
    void client.do({ do: 'presence', presence: 'ready', reason: '' }, 'id-2')
    socket().says(done('id-1', 'refused', 'stale_view'))
    socket().says(done('id-2', 'refused', 'forbidden'))
    client.stop()
    dial()
    expect([...client.pending.refused.values()]).toMatchObject([
      { id: 'id-1', command: NOTE, done: { reason: 'stale_view' } },
    ])
    expect(client.pending.open.size).toBe(0)
    client.discard('id-1')
    client.stop()
    dial()
    expect(client.pending.refused.size).toBe(0)
  })

  it('refused words of one who left are kept no more', () => {
    dial()
    socket().says(welcome())
    void client.do(NOTE, 'id-1')
    socket().says(done('id-1', 'refused', 'stale_view'))
    client.pending.abandon()
    client.stop()
    dial()
    expect(client.pending.refused.size).toBe(0)
  })

  it('the hub cannot read are refused after two tries, and the line lives on', async () => {
    dial()
    socket().says(welcome())
    const answer = client.do(NOTE, 'id-1')
    for (const wait of [500, 1000]) {
      socket().says({ t: 'bye', reason: 'malformed' })
      socket().breaks()
      vi.advanceTimersByTime(wait)
      socket().says(welcome())
    }
    expect((await answer).reason).toBe('malformed')
    expect(socket().has('do')).toEqual([])
  })
})

describe('the line', () => {
  it('waits longer from failure to failure, never more than 8 s, and starts over once open', () => {
    dial()
    const waits: number[] = []
    for (let n = 0; n < 6; n += 1) {
      const before = FakeSocket.opened.length
      socket().breaks()
      let waited = 0
      while (FakeSocket.opened.length === before) {
        vi.advanceTimersByTime(100)
        waited += 100
      }
      waits.push(waited)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000])
    socket().says(welcome())
    socket().breaks()
    vi.advanceTimersByTime(500)
    expect(FakeSocket.opened).toHaveLength(8)
  })

  it('says once that a hand touched the page', () => {
    dial()
    socket().says(welcome())
    dispatchEvent(new KeyboardEvent('keydown'))
    vi.advanceTimersByTime(1250)
    socket().says({ t: 'pong', now: new Date().toISOString() })
    vi.advanceTimersByTime(1250)
    expect(socket().has('ping')).toEqual([
      { t: 'ping', used: true },
      { t: 'ping', used: false },
    ])
  })

  it('shows a silent loss within 3 s, and heals when the other side speaks again', () => {
    dial()
    socket().says(welcome())
    expect(client.link.state).toBe('open')
    vi.advanceTimersByTime(1250)
    expect(socket().has('ping')).toEqual([{ t: 'ping', used: false }])
    vi.advanceTimersByTime(1500)
    expect(client.link.state).toBe('lost')
    socket().says({ t: 'pong', now: new Date().toISOString() })
    expect(client.link.state).toBe('open')
    expect(FakeSocket.opened).toHaveLength(1)
  })

  it('is dialled anew after 8 s of silence', () => {
    dial()
    socket().says(welcome())
    vi.advanceTimersByTime(8250)
    vi.advanceTimersByTime(500)
    expect(FakeSocket.opened).toHaveLength(2)
  })

  it('is dialled at once when the network is back', () => {
    dial()
    socket().breaks()
    socket().breaks()
    dispatchEvent(new Event('online'))
    expect(FakeSocket.opened).toHaveLength(2)
  })

  it('asks who is signed in when it is not let in', () => {
    dial()
    socket().breaks()
    expect(hooks.doubtful).toHaveBeenCalledOnce()
  })

  it('asks who is signed in when the session ended', () => {
    dial()
    socket().says(welcome())
    socket().says({ t: 'bye', reason: 'session_ended' })
    socket().breaks(4401)
    expect(hooks.doubtful).toHaveBeenCalledOnce()
  })

  it('stays closed when there are too many screens', () => {
    dial()
    socket().says(welcome())
    socket().says({ t: 'bye', reason: 'too_many_screens' })
    vi.advanceTimersByTime(60_000)
    expect(hooks.dismissed).toHaveBeenCalledWith('too_many_screens')
    expect(FakeSocket.opened).toHaveLength(1)
  })

  it('counts in the time of the hub', () => {
    dial()
    socket().says(welcome({ now: new Date(Date.now() + 90_000).toISOString() }))
    expect(Math.round((client.clock.now() - Date.now()) / 1000)).toBe(90)
  })
})
