/** What the channel still lets us say, and until when. Pure. */
import type { AddressShape, GrantShape } from '@/shared/protocol'

/**
 * `free`: the channel sets no limit. `low`: under two sends or two hours. `spent`: nothing left
 * until the customer writes. `closed`: all windows are over.
 */
export type MeterState = 'free' | 'open' | 'low' | 'spent' | 'closed' | 'unreachable'

export interface Window {
  kind: string
  left: number
  quota: number
  leftMs: number
}

export interface Meter {
  state: MeterState
  /** What may still be sent, less what is under way. */
  left: number
  /** Until the last window ends. */
  leftMs: number
  /** Open windows, the one that ends last first. */
  windows: Window[]
}

/** Nothing can go out now. */
export const isShut = (state: MeterState): boolean =>
  state === 'spent' || state === 'closed' || state === 'unreachable'

const FEW = 2
const SOON_MS = 2 * 3_600_000

export function meterOf(address: AddressShape | undefined, now: number, underWay = 0): Meter {
  if (address && !address.reachable) return shut('unreachable')
  if (!address?.windows) return shut('free')
  const windows = address.grants
    .map((grant) => windowOf(grant, now))
    .filter((window) => window.leftMs >= 0)
    .sort((a, b) => b.leftMs - a.leftMs)
  const longest = windows[0]
  if (!longest) return shut('closed')
  const left = Math.max(0, windows.reduce((sum, window) => sum + window.left, 0) - underWay)
  const state = left === 0 ? 'spent' : left < FEW || longest.leftMs < SOON_MS ? 'low' : 'open'
  return { state, left, leftMs: longest.leftMs, windows }
}

const shut = (state: MeterState): Meter => ({ state, left: 0, leftMs: 0, windows: [] })

const windowOf = (grant: GrantShape, now: number): Window => ({
  kind: grant.kind,
  left: Math.max(0, grant.left),
  quota: grant.quota,
  leftMs: Date.parse(grant.until) - now,
})

/** How many sends a text takes where the channel cuts it at `most` characters; 0 = no limit known. */
export const sendsOf = (text: string, most: number): number =>
  most > 0 ? Math.max(1, Math.ceil(text.trim().length / most)) : 1
