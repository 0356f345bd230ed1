/** Spans of time as figures (02:14, 1:05:09) that stand still in a column. */
const two = (n: number): string => String(n).padStart(2, '0')

/** `ms`: negative counts as nothing. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`
}

/** Since an instant of the hub until `now`, which is the hub's time in milliseconds. */
export const since = (at: string, now: number): string => span(now - Date.parse(at))
