/** To whom a conversation can be given, and why not to the others. Pure. */
import type { AgentDoc, ColleagueDoc, QueueDoc } from '@/shared/protocol'

/** `why`: "" when it can be chosen. */
export interface Target {
  kind: 'queue' | 'agent'
  id: string
  name: string
  why: '' | 'current' | 'full' | 'not_ready' | 'break' | 'offline'
  /** Free slots of an agent, free agents of a queue besides who gives it away. */
  free: number
  waiting: number
}

export function agentTarget(colleague: ColleagueDoc): Target {
  const { id, display_name: name, presence, free } = colleague
  const why = presence === 'ready' ? (free > 0 ? '' : 'full') : presence
  return { kind: 'agent', id, name: name || id, why, free, waiting: 0 }
}

/** Whether the desk counts the agent among the `ready` of the queue. */
export function countsFor(queue: QueueDoc, agent: AgentDoc): boolean {
  const has = (skill: string, level: number): boolean =>
    agent.skills.some((each) => each.skill === skill && each.level >= level)
  return (
    agent.presence === 'ready' &&
    agent.connected &&
    Object.entries(agent.capacity).some(([medium, slots]) => slots > (agent.load[medium] ?? 0)) &&
    queue.skills.every(({ skill, level }) => has(skill, level))
  )
}

/** `giver`: the agent who gives the conversation away; undefined for who takes no work. */
export function queueTarget(
  queue: QueueDoc,
  name: string,
  current: string,
  giver: AgentDoc | undefined,
): Target {
  const { id, waiting } = queue
  const free = queue.ready - Number(giver !== undefined && countsFor(queue, giver))
  return { kind: 'queue', id, name, why: id === current ? 'current' : '', free, waiting }
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
