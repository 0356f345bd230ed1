/** The newest rows beside those on the screen. Pure. */
import type { Exchange } from './api'

/** Of a page of the newest, those above the first row shown; ids grow with time. */
export function newer(page: readonly Exchange[], shown: readonly Exchange[]): Exchange[] {
  const first = shown[0]
  return first === undefined ? [...page] : page.filter(({ id }) => id > first.id)
}

export const MOST = 1000

/** New rows go on top; the oldest leave when there are too many. */
export const merged = (
  fresh: readonly Exchange[],
  shown: readonly Exchange[],
): readonly Exchange[] => {
  const known = new Set(shown.map(({ id }) => id))
  return [...fresh.filter(({ id }) => !known.has(id)), ...shown].slice(0, MOST)
}
