/** Since when a customer waits for whoever comes next. Pure. */
import type { WorkDoc } from '@/shared/protocol'
import type { TimelineDoc } from '../stores/conversations'

/** `first`: nobody has served them yet; `again`: since they came back; `all`: with the service. */
export interface Waited {
  from: string
  of: 'first' | 'again' | 'all'
}

/** Reasons for coming back that only work in hands has. */
const SERVED = new Set(['transferred', 'agent_lost', 'signed_out'])

/**
 * A customer who is passed on has waited before and was served in between: what counts for the
 * next one began when they came back. `entries` may be those of more conversations, in order.
 */
export function waitedOf(work: WorkDoc, entries: readonly TimelineDoc[]): Waited {
  const turns = entries.filter(
    (each) =>
      each.kind === 'mark' &&
      each.conversation_id === work.conversation_id &&
      (each.what === 'assigned' || each.what === 'returned'),
  )
  const held = work.state === 'active' || work.state === 'wrap_up'
  if (held) turns.splice(turns.findLastIndex(isAssigned))
  const served = turns.findLastIndex(isAssigned)
  const back = served < 0 ? undefined : turns[served + 1]
  if (back) return { from: back.at, of: 'again' }
  const unseen = served < 0 && SERVED.has(work.returned_because)
  return { from: work.waiting_since, of: unseen ? 'all' : 'first' }
}

const isAssigned = (entry: TimelineDoc): boolean =>
  entry.kind === 'mark' && entry.what === 'assigned'
