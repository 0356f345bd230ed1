/** The hub's time as this screen knows it: timers must not depend on a wrong clock in the office. */
const WORTH_MS = 250
const TOO_SLOW_MS = 1500

export class HubClock {
  /** The hub's time minus ours, in milliseconds. */
  offset = 0

  now(): number {
    return Date.now() + this.offset
  }

  /** `took`: how long the answer was under way; a slow one says little. */
  hear(now: string, took: number): void {
    if (took > TOO_SLOW_MS) return
    const offset = Date.parse(now) + took / 2 - Date.now()
    if (Math.abs(offset - this.offset) > WORTH_MS) this.offset = offset
  }
}
