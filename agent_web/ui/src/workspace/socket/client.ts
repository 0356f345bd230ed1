/**
 * The one connection of this screen to `/ws/agent`.
 *
 * It heals by itself: after a loss it dials again, names for each topic the number it holds and
 * gives every unanswered command once more under its own id.
 */
import { shallowReactive } from 'vue'
import type {
  AgentCommand,
  Bye,
  ClientFrame,
  Done,
  ServerFrame,
  TypingSeen,
  Update,
  Welcome,
} from '@/shared/protocol'
import { HubClock } from './clock'
import { newId, PendingCommands } from './pending'
import { Pulse } from './pulse'
import { TopicDocs } from './topic'

export type Link = 'off' | 'connecting' | 'open' | 'lost'

export interface ClientHooks {
  welcome: (frame: Welcome) => void
  /** The dial failed without a word, or the session ended: who is signed in? */
  doubtful: () => void
  /** The server does not want this screen any more. */
  dismissed: (reason: string) => void
  typing: (frame: TypingSeen) => void
  heard: (update: Update) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8000
const ANSWER_MS = 10_000
const SESSION_ENDED = 4401
/** `WebSocket.OPEN` */
const SOCKET_OPEN = 1
const LAST_STRIKE = 2
const OFF = 'off' as Link
const HANDS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

export class ScreenClient {
  readonly clock = new HubClock()
  readonly pending = new PendingCommands()
  readonly topics = shallowReactive(new Map<string, TopicDocs>())
  /** `since`: when the link was lost, in milliseconds of this machine. */
  readonly link = shallowReactive({ state: OFF, since: 0 })
  private readonly hooks: ClientHooks
  private readonly url: string
  private readonly pulse: Pulse
  private socket: WebSocket | null = null
  private welcomed = false
  private username = ''
  private used = false
  private failures = 0
  private redial: ReturnType<typeof setTimeout> | undefined
  private readonly repeats = new Map<string, ReturnType<typeof setTimeout>>()
  private readonly tries = new Map<string, number>()
  private readonly strikes = new Map<string, number>()

  constructor(url: string, hooks: ClientHooks) {
    this.url = url
    this.hooks = hooks
    this.pulse = new Pulse({
      ask: () => {
        this.send({ t: 'ping', used: this.used })
        this.used = false
      },
      doubt: () => {
        this.lose()
      },
      alive: () => {
        if (this.welcomed) this.link.state = 'open'
      },
      dead: () => {
        this.hangUp()
        this.dialLater()
      },
    })
  }

  /** `username`: who is signed in here; unanswered commands of theirs are taken up again. */
  start(username: string): void {
    if (this.link.state !== 'off') return
    this.belongTo(username)
    this.link.state = 'connecting'
    addEventListener('online', this.awake)
    addEventListener('offline', this.lose)
    document.addEventListener('visibilitychange', this.awake)
    for (const hand of HANDS) addEventListener(hand, this.touched, { passive: true })
    this.dial()
  }

  stop(): void {
    removeEventListener('online', this.awake)
    removeEventListener('offline', this.lose)
    document.removeEventListener('visibilitychange', this.awake)
    for (const hand of HANDS) removeEventListener(hand, this.touched)
    clearTimeout(this.redial)
    this.hangUp()
    this.failures = 0
    this.link.state = 'off'
  }

  /** Nothing of the one who was here may be seen by the next. */
  forgetAll(): void {
    for (const topic of this.topics.values()) topic.docs.clear()
    this.topics.clear()
    this.username = ''
  }

  watch(name: string): TopicDocs {
    const known = this.topics.get(name)
    if (known && known.at.state !== 'closed') return known
    const topic = known ?? new TopicDocs(name)
    topic.at.state = 'opening'
    this.topics.set(name, topic)
    this.say({ t: 'watch', topic: name, seq: 0 })
    return topic
  }

  unwatch(name: string): void {
    if (this.topics.delete(name)) this.say({ t: 'unwatch', topic: name })
  }

  /** Resolves when the hub has decided or refused; until then the command is repeated. */
  do(command: AgentCommand, id = newId()): Promise<Done> {
    const answer = this.pending.add(id, command, Date.now())
    this.give(id)
    return answer
  }

  discard(id: string): void {
    this.settled(id)
    this.pending.forget(id)
  }

  typing(topic: string): void {
    this.say({ t: 'typing', topic })
  }

  // -------------------------------------------------------------- the line
  private dial(): void {
    clearTimeout(this.redial)
    this.redial = undefined
    this.hangUp()
    const socket = new WebSocket(this.url)
    this.socket = socket
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.socket === socket) this.take(JSON.parse(event.data) as ServerFrame)
    }
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code)
    }
    this.pulse.start()
  }

  private hangUp(): void {
    this.pulse.stop()
    this.welcomed = false
    for (const timer of this.repeats.values()) clearTimeout(timer)
    this.repeats.clear()
    const socket = this.socket
    this.socket = null
    if (!socket) return
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  private closed(code: number): void {
    const wasOpen = this.welcomed
    this.hangUp()
    if (code === SESSION_ENDED || !wasOpen) this.hooks.doubtful()
    if (this.redial === undefined && this.link.state !== 'off') this.dialLater()
  }

  private dialLater(): void {
    this.lose()
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures)
    this.failures += 1
    clearTimeout(this.redial)
    this.redial = setTimeout(
      () => {
        this.dial()
      },
      wait * (0.75 + Math.random() / 2),
    )
  }

  private readonly lose = (): void => {
    if (this.link.state === 'off' || this.link.state === 'lost') return
    this.link.state = 'lost'
    this.link.since = Date.now()
  }

  /** Somebody works here: the session lives on by that, not by the page being open. */
  private readonly touched = (): void => {
    this.used = true
  }

  private readonly awake = (): void => {
    if (document.visibilityState === 'hidden' || this.link.state === 'off') return
    if (this.welcomed) this.pulse.askNow()
    else if (this.redial !== undefined) this.dial()
  }

  // -------------------------------------------------------------- frames
  private take(frame: ServerFrame): void {
    const took = this.pulse.heard()
    switch (frame.t) {
      case 'welcome':
        this.greet(frame)
        break
      case 'update':
        this.topics.get(frame.topic)?.take(frame)
        this.hooks.heard(frame)
        break
      case 'closed':
        this.topics.get(frame.topic)?.close(frame.reason)
        break
      case 'done':
        this.answer(frame)
        break
      case 'typing':
        this.hooks.typing(frame)
        break
      case 'pong':
        this.clock.hear(frame.now, took)
        break
      case 'bye':
        this.part(frame)
        break
    }
  }

  private greet(frame: Welcome): void {
    this.belongTo(frame.username)
    this.clock.hear(frame.now, 0)
    this.welcomed = true
    this.failures = 0
    this.link.state = 'open'
    this.hooks.welcome(frame)
    for (const topic of this.topics.values())
      if (topic.at.state !== 'closed')
        this.send({ t: 'watch', topic: topic.name, seq: topic.at.seq })
    for (const id of this.pending.open.keys()) this.give(id)
  }

  private belongTo(username: string): void {
    if (this.username !== '' && this.username !== username) this.forgetAll()
    this.username = username
    this.pending.belongTo(username)
  }

  private part(frame: Bye): void {
    if (frame.reason === 'malformed') this.strike()
    if (frame.reason === 'too_many_screens') {
      this.stop()
      this.hooks.dismissed(frame.reason)
    }
  }

  /** A command the hub cannot read must not close every line after this one too. */
  private strike(): void {
    for (const id of this.repeats.keys()) {
      const strikes = (this.strikes.get(id) ?? 0) + 1
      this.strikes.set(id, strikes)
      if (strikes >= LAST_STRIKE) this.settle({ ...REFUSED, id, reason: 'malformed' })
    }
  }

  // -------------------------------------------------------------- commands
  private give(id: string): void {
    const found = this.pending.open.get(id)
    if (!found || !this.welcomed) return
    this.send({ t: 'do', id, command: found.command })
    this.again(id, ANSWER_MS)
  }

  private again(id: string, wait: number): void {
    clearTimeout(this.repeats.get(id))
    this.repeats.set(
      id,
      setTimeout(() => {
        this.give(id)
      }, wait),
    )
  }

  private answer(done: Done): void {
    if (done.state === 'decided' || done.state === 'refused') {
      this.settle(done)
      return
    }
    const tries = this.tries.get(done.id) ?? 0
    this.tries.set(done.id, tries + 1)
    if (this.pending.open.has(done.id))
      this.again(done.id, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries))
  }

  private settle(done: Done): void {
    this.settled(done.id)
    this.pending.settle(done)
  }

  private settled(id: string): void {
    clearTimeout(this.repeats.get(id))
    this.repeats.delete(id)
    this.tries.delete(id)
    this.strikes.delete(id)
  }

  private say(frame: ClientFrame): void {
    if (this.welcomed) this.send(frame)
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === SOCKET_OPEN) this.socket.send(JSON.stringify(frame))
  }
}

const REFUSED: Done = {
  t: 'done',
  id: '',
  state: 'refused',
  changed: false,
  reason: '',
  detail: '',
  seq: 0,
  message_ids: [],
}
