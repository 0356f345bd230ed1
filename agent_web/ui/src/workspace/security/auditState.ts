/** What the hub says of the whole chain of the audit log. Pure. */
import type { AuditState, Flaw } from './api'

/** `flawed`: the latest rows hold, but a look at all of them once found something. */
export type Standing = 'empty' | 'whole' | 'flawed' | 'broken'

export function standingOf({ n, checked, verified }: AuditState): Standing {
  if (!checked.holds) return 'broken'
  if (verified !== null && verified.flaws > 0) return 'flawed'
  return n === 0 ? 'empty' : 'whole'
}

/** The note which row is the last one is no row itself. */
export const isRow = ({ code }: Flaw): boolean => !code.startsWith('head_')
