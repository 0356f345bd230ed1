/** What the hub says of the whole chain of the audit log. Pure. */
import type { AuditState } from './api'

/** `flawed`: the latest rows hold, but a look at all of them once found something. */
export type Standing = 'empty' | 'whole' | 'flawed' | 'broken'

export function standingOf({ n, checked, verified }: AuditState): Standing {
  if (!checked.holds) return 'broken'
  if (verified !== null && verified.flaws > 0) return 'flawed'
  return n === 0 ? 'empty' : 'whole'
}

const FLAWS: readonly (readonly [RegExp, string])[] = [
  [/ is missing\b/, 'missing'],
  [/ does not follow /, 'unlinked'],
  [/^row \d+ was changed\b/, 'changed'],
  [/ were cut off$/, 'cut'],
  [/^the head .* removed$/, 'head_removed'],
  [/^the head .* changed$/, 'head_changed'],
]

/** A code for words; "" for a sentence that is not known here. */
export const flawOf = (problem: string): string =>
  FLAWS.find(([pattern]) => pattern.test(problem))?.[1] ?? ''
