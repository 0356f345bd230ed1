/** The other side of the socket, for tests of components: one screen, signed in as 李静 (li). */
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { vi } from 'vitest'
import type { Do, Done, ScreenDoc, ServerFrame } from '@/shared/protocol'
import { useLink } from '../stores/link'
import { CUSTOMER } from './samples'

class Socket {
  static readonly OPEN = 1
  static last: Socket | undefined
  readyState = Socket.OPEN
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: { t: string }[] = []

  constructor() {
    Socket.last = this
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { t: string })
  }

  close(): void {
    this.readyState = 3
  }
}

export interface PretendHub {
  pinia: Pinia
  says: (frame: ServerFrame) => void
  /** The whole topic anew; the customer's by default. */
  shows: (docs: ScreenDoc[], seq: number, topic?: string) => void
  /** What it was asked to do, in order. */
  acts: () => Do[]
  sent: () => { t: string }[]
  answers: (id: string, done?: Partial<Done>) => void
  leaves: () => void
}

export function pretendHub(): PretendHub {
  vi.stubGlobal('WebSocket', Socket)
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ items: [] })))
  localStorage.clear()
  sessionStorage.clear()
  const pinia = createPinia()
  setActivePinia(pinia)
  const link = useLink()
  link.start()
  const socket = Socket.last
  if (!socket) throw new Error('nobody dialled')
  const says = (frame: ServerFrame): void => socket.onmessage?.({ data: JSON.stringify(frame) })
  says({
    ...{ t: 'welcome', protocol: 1, username: 'li', display_name: '李静', role: 'agent' },
    ...{ now: new Date().toISOString(), build: 'b', connection_id: 'p.1', heartbeat_s: 10 },
    ...{ bank: '联络银行', environment: 'demo' },
  })
  return {
    pinia,
    says,
    shows: (docs, seq, topic = `customer:${CUSTOMER}`) => {
      link.client.watch(topic)
      says({ t: 'update', topic, seq, full: true, docs, gone: [] })
    },
    acts: () => socket.sent.filter((frame): frame is Do => frame.t === 'do'),
    sent: () => socket.sent,
    answers: (id, done = {}) => {
      says({
        ...{ t: 'done', id, state: 'decided', changed: true, reason: '', detail: '', seq: 0 },
        ...{ message_ids: [], ...done },
      })
    },
    leaves: () => {
      link.stop()
      vi.unstubAllGlobals()
    },
  }
}
