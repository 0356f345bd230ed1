/**
 * Whether the other side is still there.
 *
 * After a second without a word a ping goes out; without an answer the link counts as lost for the
 * eye soon, and is dialled anew later: a hub that is slow for a moment is not stormed. A hidden tab
 * asks seldom, as browsers slow its timers down.
 */
export interface PulseTimes {
  askMs: number
  doubtMs: number
  deadMs: number
}

export const SEEN: PulseTimes = { askMs: 1000, doubtMs: 2250, deadMs: 8000 }
export const HIDDEN: PulseTimes = { askMs: 10_000, doubtMs: 25_000, deadMs: 25_000 }

export interface PulseHooks {
  ask: () => void
  doubt: () => void
  alive: () => void
  dead: () => void
}

const TICK_MS = 250

export class Pulse {
  private readonly hooks: PulseHooks
  private timer: ReturnType<typeof setInterval> | undefined
  private heardAt = 0
  private askedAt = 0
  private doubted = false

  constructor(hooks: PulseHooks) {
    this.hooks = hooks
  }

  start(): void {
    this.stop()
    this.heardAt = performance.now()
    this.askedAt = 0
    this.doubted = false
    this.timer = setInterval(() => {
      this.tick()
    }, TICK_MS)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** How long the answer took, when it is one. */
  heard(): number {
    this.heardAt = performance.now()
    const took = this.askedAt === 0 ? 0 : this.heardAt - this.askedAt
    this.askedAt = 0
    this.doubted = false
    this.hooks.alive()
    return took
  }

  /** Somebody looks again, or the network came back: do not wait for the next round. */
  askNow(): void {
    this.askedAt = performance.now()
    this.heardAt = Math.max(this.heardAt, this.askedAt - SEEN.askMs)
    this.hooks.ask()
  }

  private tick(): void {
    const times = document.visibilityState === 'hidden' ? HIDDEN : SEEN
    const silent = performance.now() - this.heardAt
    if (silent >= times.askMs && this.askedAt === 0) this.askNow()
    if (silent >= times.doubtMs && !this.doubted) {
      this.doubted = true
      this.hooks.doubt()
    }
    if (silent >= times.deadMs) this.hooks.dead()
  }
}
