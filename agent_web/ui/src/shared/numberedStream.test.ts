import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NumberedStream, type LinkState } from './numberedStream'

class FakeSource extends EventTarget {
  static opened: FakeSource[] = []
  readonly url: string
  closed = false

  constructor(url: string) {
    super()
    this.url = url
    FakeSource.opened.push(this)
  }

  close(): void {
    this.closed = true
  }

  say(n: number, lastEventId = ''): void {
    const data = JSON.stringify({ n })
    this.dispatchEvent(new MessageEvent('message', { data, lastEventId }))
  }

  does(name: 'open' | 'error' | 'beat'): void {
    this.dispatchEvent(new Event(name))
  }
}

let seen: number[]
let states: LinkState[]
let stream: NumberedStream<{ n: number }>

const latest = (): FakeSource => {
  const source = FakeSource.opened.at(-1)
  if (!source) throw new Error('nothing was opened')
  return source
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
  FakeSource.opened = []
  seen = []
  states = []
  stream = new NumberedStream<{ n: number }>({
    url: (after) => `/stream?after=${after}`,
    number: (record) => record.n,
    onRecord: (record) => seen.push(record.n),
    onState: (state) => states.push(state),
    silenceMs: 1000,
    retryMs: [100, 200],
  })
  stream.open()
})

afterEach(() => {
  stream.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a numbered stream', () => {
  it('goes on after the id the hub gave, whatever it looks like', () => {
    latest().say(3, '3.17')
    latest().does('error')
    vi.advanceTimersByTime(100)
    expect(latest().url).toBe('/stream?after=3.17')
  })

  it('resumes after the last number it saw', () => {
    latest().does('open')
    latest().say(1)
    latest().say(2)
    latest().does('error')
    vi.advanceTimersByTime(100)
    expect(FakeSource.opened.map((each) => each.url)).toEqual([
      '/stream?after=0',
      '/stream?after=2',
    ])
    expect(states).toEqual(['connecting', 'open', 'lost'])
    latest().does('open')
    expect(states.at(-1)).toBe('open')
  })

  it('drops what it has seen already', () => {
    latest().say(1)
    latest().say(1)
    latest().say(2)
    expect(seen).toEqual([1, 2])
  })

  it('takes silence for loss, and a beat for life', () => {
    latest().does('open')
    vi.advanceTimersByTime(900)
    latest().does('beat')
    vi.advanceTimersByTime(900)
    expect(states).toEqual(['connecting', 'open'])
    vi.advanceTimersByTime(100)
    expect(states.at(-1)).toBe('lost')
    expect(latest().closed).toBe(true)
  })

  it('waits longer from failure to failure and starts over once open', () => {
    latest().does('error')
    vi.advanceTimersByTime(100)
    latest().does('error')
    vi.advanceTimersByTime(199)
    expect(FakeSource.opened).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(FakeSource.opened).toHaveLength(3)
    latest().does('open')
    latest().does('error')
    vi.advanceTimersByTime(100)
    expect(FakeSource.opened).toHaveLength(4)
  })

  it('stays closed when it is closed', () => {
    latest().does('error')
    stream.close()
    vi.advanceTimersByTime(10_000)
    expect(FakeSource.opened).toHaveLength(1)
  })
})
