/**
 * A stream of numbered records over Server-Sent Events that heals by itself.
 *
 * It resumes after the last event seen, drops what it has seen already, and takes silence for
 * loss: the hub sends a `beat` event every few seconds.
 */
export type LinkState = 'connecting' | 'open' | 'lost'

export interface StreamOptions<R> {
  /** The address that gives everything after the last event; its id as the hub gave it. */
  url: (after: string) => string
  /** For records that may come twice; without it whoever takes them must know. */
  number?: (record: R) => number
  onRecord: (record: R) => void
  onState: (state: LinkState) => void
  silenceMs?: number
  /** Waiting times between attempts; the last one repeats. */
  retryMs?: readonly number[]
}

const RETRY_MS = [500, 1000, 2000, 4000] as const
const SILENCE_MS = 15_000

export class NumberedStream<R> {
  private readonly options: StreamOptions<R>
  private source: EventSource | null = null
  private last = 0
  private lastId = '0'
  private failures = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined

  constructor(options: StreamOptions<R>) {
    this.options = options
  }

  open(): void {
    this.options.onState('connecting')
    this.connect()
  }

  close(): void {
    clearTimeout(this.retry)
    clearTimeout(this.silence)
    this.source?.close()
    this.source = null
  }

  private connect(): void {
    const source = new EventSource(this.options.url(this.lastId))
    this.source = source
    source.addEventListener('open', () => {
      this.failures = 0
      this.options.onState('open')
      this.heard()
    })
    source.addEventListener('beat', () => {
      this.heard()
    })
    source.addEventListener('message', (event: MessageEvent<string>) => {
      this.heard()
      this.take(JSON.parse(event.data) as R, event.lastEventId)
    })
    source.addEventListener('error', () => {
      this.lose()
    })
    this.heard()
  }

  private take(record: R, id: string): void {
    if (id !== '') this.lastId = id
    const number = this.options.number?.(record)
    if (number !== undefined) {
      if (number <= this.last) return
      this.last = number
      if (id === '') this.lastId = String(number)
    }
    this.options.onRecord(record)
  }

  private heard(): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(() => {
      this.lose()
    }, this.options.silenceMs ?? SILENCE_MS)
  }

  private lose(): void {
    this.close()
    this.options.onState('lost')
    const waits = this.options.retryMs ?? RETRY_MS
    const wait = waits[Math.min(this.failures, waits.length - 1)] ?? 1000
    this.failures += 1
    this.retry = setTimeout(() => {
      this.connect()
    }, wait)
  }
}
