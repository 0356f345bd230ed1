/** How an account fares, in the order in which somebody wants to know. Pure. */
import type { Tone } from '../admin/tones'
import type { Account, Quota } from './api'

export interface Fact {
  kind: 'problem' | 'time' | 'text'
  name: string
  value: string
}

const RANK = { problem: 0, time: 1, text: 2 } as const

/** Troubles first; the state itself stands elsewhere, and counts of nothing are no news. */
export function factsOf(health: Readonly<Record<string, string>>): Fact[] {
  return Object.entries(health)
    .filter(([name, value]) => name !== 'state' && value !== '0' && value !== '')
    .map(([name, value]): Fact => {
      if (name.endsWith('_problem')) return { kind: 'problem', name: name.slice(0, -8), value }
      return { kind: name.endsWith('_at') ? 'time' : 'text', name, value }
    })
    .sort((a, b) => RANK[a.kind] - RANK[b.kind])
}

export type Standing = Account['state'] | 'degraded'

/** What works in part is told from what works. */
export function standingOf({ state, health }: Account): Standing {
  return state === 'running' && health['state'] === 'degraded' ? 'degraded' : state
}

export const TONES: Readonly<Record<Standing, Tone>> = {
  running: 'good',
  degraded: 'warn',
  paused: 'quiet',
  checking: 'busy',
  failed: 'bad',
}

const NEAR = 0.8
const SPENT = 0.95

/** `share`: between 0 and 1; null where the provider names no limit. */
export function fillOf({ used, limit }: Quota): { share: number | null; tone: Tone } {
  if (used === null || limit === null || limit <= 0) return { share: null, tone: 'quiet' }
  const share = Math.min(1, Math.max(0, used / limit))
  return { share, tone: share >= SPENT ? 'bad' : share >= NEAR ? 'warn' : 'good' }
}
