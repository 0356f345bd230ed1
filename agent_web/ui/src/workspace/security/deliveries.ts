/** The last tries of a webhook: as bars, and why one failed. Pure. */
import type { Delivery } from './api'

/** Of the newest. */
const MOST_BARS = 40
/** A try of no time is still to be seen. */
const LEAST = 0.08

export interface Bars {
  /** Oldest first; `height` between 0 and 1. */
  bars: readonly { tried: Delivery; height: number }[]
  failed: number
  slowestMs: number
}

/** A run of notices is as slow as one of them. */
const each = ({ ms, notices }: Delivery): number => ms / Math.max(1, notices)

/** `tries`: newest first. Heights grow with the root of the time: one that waited long leaves the
 *  others in sight. */
export function barsOf(tries: readonly Delivery[]): Bars {
  const shown = tries.slice(0, MOST_BARS).toReversed()
  const slowestMs = Math.max(0, ...shown.map(each))
  const bars = shown.map((tried) => ({
    tried,
    height: Math.max(LEAST, Math.sqrt(each(tried) / Math.max(1, slowestMs))),
  }))
  const failed = shown.filter(({ outcome }) => outcome === 'failed').length
  return { bars, failed, slowestMs: Math.round(slowestMs) }
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'not_allowed',
  403: 'not_allowed',
  404: 'not_there',
  405: 'not_there',
  410: 'gone',
  413: 'too_large',
  429: 'too_often',
}

/** A code for words; "" when it was delivered. */
export function reasonOf({ outcome, status, error }: Delivery): string {
  if (outcome === 'delivered') return ''
  if (status === 0) return error || 'no_answer'
  if (status < 400) return 'moved'
  return BY_STATUS[status] ?? (status < 500 ? 'refused' : 'broken')
}
