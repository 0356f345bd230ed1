/** Rows of the audit log that say one act began and how it ended, as a screen shows them. Pure. */
import type { Happening } from './api'

/** "open": it began, and no row tells how it ended. */
export function outcomeOf(row: Happening): string {
  return row.outcome === 'begun' && row.ended === 0 ? 'open' : row.outcome
}

/** Without the beginnings of acts that ended: the row of the end says it all. */
export function shownOf(rows: readonly Happening[], flawed: ReadonlySet<number>): Happening[] {
  return rows.filter((row) => row.outcome !== 'begun' || row.ended === 0 || flawed.has(row.n))
}
