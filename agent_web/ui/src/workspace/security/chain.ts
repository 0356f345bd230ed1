/** Whether rows of the audit log that stand beside each other prove each other. Pure. */
import type { Happening } from './api'

export type Chain = 'none' | 'holds' | 'broken'

/** Only neighbours can be compared: a filter leaves out rows, and proofs between them. */
export function chainOf(rows: readonly Happening[]): { state: Chain; pairs: number; at: number } {
  let pairs = 0
  for (const [index, row] of rows.entries()) {
    const before = rows[index + 1]
    if (before?.n !== row.n - 1) continue
    if (row.previous !== before.proof) return { state: 'broken', pairs, at: row.n }
    pairs += 1
  }
  return { state: pairs === 0 ? 'none' : 'holds', pairs, at: 0 }
}
