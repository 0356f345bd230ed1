/** Which rows of a long list are drawn: those in sight and a few around them. */
export interface Stretch {
  first: number
  /** One past the last. */
  end: number
}

const AROUND = 8

export function stretch(scrolled: number, height: number, row: number, count: number): Stretch {
  const first = Math.max(0, Math.floor(scrolled / row) - AROUND)
  const end = Math.min(count, Math.ceil((scrolled + height) / row) + AROUND)
  return { first: Math.min(first, Math.max(0, end)), end }
}
