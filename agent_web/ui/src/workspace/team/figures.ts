/** The figures of the team page, out of the documents of the desk. */
import type { AgentDoc, QueueDoc, WorkDoc } from '@/shared/protocol'
import { byTurn } from '../list/rows'

/** Where a queue stands against its target. */
export type Standing = 'empty' | 'within' | 'near' | 'late' | 'nobody'

const NEAR = 0.75

/** `now`: the hub's time in milliseconds. */
export function standing(queue: QueueDoc, now: number): Standing {
  if (queue.oldest === null || queue.waiting === 0) return 'empty'
  const share = (now - Date.parse(queue.oldest)) / (queue.target_s * 1000)
  if (share > 1) return 'late'
  if (queue.ready === 0 && queue.active + queue.offered === 0) return 'nobody'
  return share > NEAR ? 'near' : 'within'
}

const HANDED_ON = new Set(['moved', 'transferred'])

/** Whether the work stands in line by somebody's decision: nobody sent the customer back. */
export const isHandedOn = (work: WorkDoc): boolean => HANDED_ON.has(work.returned_because)

export interface Figures {
  waiting: number
  /** Since when the first of all waits. */
  oldest: string | null
  active: number
  ready: number
  late: number
}

export function figures(
  queues: readonly QueueDoc[],
  agents: readonly AgentDoc[],
  now: number,
): Figures {
  const oldest = queues
    .map((each) => each.oldest)
    .filter((each) => each !== null)
    .sort()
  return {
    waiting: queues.reduce((sum, each) => sum + each.waiting, 0),
    oldest: oldest[0] ?? null,
    active: queues.reduce((sum, each) => sum + each.active, 0),
    ready: agents.filter((each) => each.presence === 'ready' && each.connected).length,
    late: queues.filter((each) => standing(each, now) === 'late').length,
  }
}

const ORDER = { queued: 0, offered: 1, active: 2, wrap_up: 3 } as const

/** What waits stands first, as the desk will give it; then what is served. */
export const byState = (a: WorkDoc, b: WorkDoc): number =>
  ORDER[a.state] - ORDER[b.state] ||
  (a.state === 'queued' ? byTurn(a, b) : a.waiting_since.localeCompare(b.waiting_since))

/** The state a tile shows: a lost agent is lost whatever was said before. */
export const shownPresence = (agent: AgentDoc): string =>
  agent.connected || agent.presence === 'offline' ? agent.presence : 'lost'

const RANK = { ready: 0, not_ready: 1, break: 2, lost: 3, offline: 4 } as const

export const byPresence = (a: AgentDoc, b: AgentDoc): number =>
  RANK[shownPresence(a) as keyof typeof RANK] - RANK[shownPresence(b) as keyof typeof RANK] ||
  a.since.localeCompare(b.since)

export const total = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, each) => sum + each, 0)
