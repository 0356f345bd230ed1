/** Times as people read them, in the time zone of this browser. */
const two = (n: number): string => String(n).padStart(2, '0')

export function clock(at: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return at
  return `${two(time.getHours())}:${two(time.getMinutes())}`
}

export function clockToSeconds(at: string): string {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? at : `${clock(at)}:${two(time.getSeconds())}`
}

export function clockToMillis(at: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return at
  return `${clockToSeconds(at)}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

/** The clock of today, the day before that; `now` in milliseconds. */
export function clockOrDay(at: string, now: number): string {
  const [time, today] = [new Date(at), new Date(now)]
  if (time.toDateString() === today.toDateString()) return clock(at)
  const day = `${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return time.getFullYear() === today.getFullYear() ? day : `${time.getFullYear()}-${day}`
}
