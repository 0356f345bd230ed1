/** Addresses of customers as a screen may show them. Pure. */

/** An address keeps its ends: four of a long one, the first and last of a short one. */
export function masked(value: string): string {
  const at = value.indexOf('@')
  if (at > 0) return `${value.slice(0, Math.min(2, at))}…${value.slice(at)}`
  if (value.length > 12) return `${value.slice(0, 4)}…${value.slice(-4)}`
  if (/^\+?\d{7,}$/.test(value)) return `${value.slice(0, 3)}****${value.slice(-4)}`
  return value.length > 2 ? `${value.slice(0, 1)}…${value.slice(-1)}` : '…'
}
