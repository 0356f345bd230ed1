/** Times of records: the day and the clock to the second, in the time zone of this browser. */
import { clockToSeconds } from '@/shared/time'

const two = (n: number): string => String(n).padStart(2, '0')

export function stamp(at: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return at
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${clockToSeconds(at)}`
}

export const dayOf = (at: string): string => stamp(at).slice(0, 10)

/** What `datetime-local` gives, as an instant; "" when nothing is chosen. */
export function instantOf(local: string): string {
  const time = new Date(local)
  return local === '' || Number.isNaN(time.getTime()) ? '' : time.toISOString()
}
