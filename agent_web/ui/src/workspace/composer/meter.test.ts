import { describe, expect, it } from 'vitest'
import { addressOf } from '../conversation/samples'
import { meterOf, sendsOf } from './meter'

const NOW = Date.parse('2026-11-22T06:00:00Z')
const grant = (kind: string, left: number, until: string, quota = 5) => ({
  kind,
  left,
  quota,
  until,
})

describe('the reply window', () => {
  it('counts sends and time of the message window', () => {
    const address = addressOf({ grants: [grant('message', 3, '2026-11-24T05:12:00Z')] })
    expect(meterOf(address, NOW)).toEqual({
      state: 'open',
      left: 3,
      leftMs: 169_920_000,
      windows: [{ kind: 'message', left: 3, quota: 5, leftMs: 169_920_000 }],
    })
  })

  it('adds the click window while it is open and shows the longer one first', () => {
    const address = addressOf({
      grants: [
        grant('click', 3, '2026-11-22T06:00:40Z', 3),
        grant('message', 1, '2026-11-23T06:00:00Z'),
      ],
    })
    const meter = meterOf(address, NOW)
    expect(meter).toMatchObject({ state: 'open', left: 4 })
    expect(meter.windows.map((window) => window.kind)).toEqual(['message', 'click'])
    expect(meterOf(address, NOW + 41_000)).toMatchObject({ state: 'low', left: 1 })
  })

  it.each([
    ['one send left', 1, '2026-11-23T06:00:00Z'],
    ['less than two hours left', 5, '2026-11-22T07:59:59Z'],
  ])('is low with %s', (_name, left, until) => {
    expect(meterOf(addressOf({ grants: [grant('message', left, until)] }), NOW).state).toBe('low')
  })

  it('takes off what is under way', () => {
    const address = addressOf({ grants: [grant('message', 2, '2026-11-23T06:00:00Z')] })
    expect(meterOf(address, NOW, 1)).toMatchObject({ state: 'low', left: 1 })
    expect(meterOf(address, NOW, 2)).toMatchObject({ state: 'spent', left: 0 })
  })

  it('holds up to and including its last moment', () => {
    const address = addressOf({ grants: [grant('message', 4, '2026-11-22T06:00:00Z')] })
    expect(meterOf(address, NOW).state).toBe('low')
    expect(meterOf(address, NOW + 1).state).toBe('closed')
  })

  it('is closed when nothing is left of it', () => {
    expect(meterOf(addressOf({ grants: [] }), NOW).state).toBe('closed')
  })

  it('a channel without limits has none', () => {
    expect(meterOf(addressOf({ windows: false }), NOW).state).toBe('free')
    expect(meterOf(undefined, NOW).state).toBe('free')
  })

  it('a customer who left cannot be reached', () => {
    expect(meterOf(addressOf({ reachable: false }), NOW).state).toBe('unreachable')
  })
})

it.each([
  ['您好', 600, 1],
  ['x'.repeat(600), 600, 1],
  ['x'.repeat(601), 600, 2],
  ['x'.repeat(9000), 0, 1],
])('a text takes as many sends as the channel cuts it into', (text, most, sends) => {
  expect(sendsOf(text, most)).toBe(sends)
})
