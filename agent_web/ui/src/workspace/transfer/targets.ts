/** To whom a conversation can be given, and why not to the others. Pure. */
import type { ColleagueDoc, QueueDoc } from '@/shared/protocol'

/** `why`: "" when it can be chosen. */
export interface Target {
  kind: 'queue' | 'agent'
  id: string
  name: string
  why: '' | 'current' | 'full' | 'not_ready' | 'break' | 'offline'
  /** Free slots of an agent, free agents of a queue. */
  free: number
  waiting: number
}

export function agentTarget(colleague: ColleagueDoc): Target {
  const { id, display_name: name, presence, free } = colleague
  const why = presence === 'ready' ? (free > 0 ? '' : 'full') : presence
  return { kind: 'agent', id, name: name || id, why, free, waiting: 0 }
}

export function queueTarget(queue: QueueDoc, name: string, current: string): Target {
  const { id, ready, waiting } = queue
  return { kind: 'queue', id, name, why: id === current ? 'current' : '', free: ready, waiting }
}

/** Those who can take it first; the current queue cannot be gone to. */
export function fittingTargets(targets: readonly Target[], query: string): Target[] {
  const asked = query.trim().toLowerCase()
  const found = targets.filter(
    (target) =>
      target.name.toLowerCase().includes(asked) || target.id.toLowerCase().includes(asked),
  )
  const can = found.filter((target) => target.why === '')
  const cannot = found.filter((target) => target.why !== '')
  return [...can, ...cannot]
}

/** The next one that can be chosen, from where the pointer is; -1 when there is none. */
export function stepFrom(targets: readonly Target[], at: number, step: 1 | -1): number {
  for (let tried = 1; tried <= targets.length; tried += 1) {
    const next = (at + step * tried + targets.length * tried) % targets.length
    if (targets[next]?.why === '') return next
  }
  return -1
}
