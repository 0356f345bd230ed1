/** Days as people name them. Pure. */
const DAY_MS = 24 * 3_600_000

export type NamedDay = 'today' | 'yesterday' | ''

export function namedDay(at: string, now: number): NamedDay {
  const day = new Date(at).toDateString()
  if (day === new Date(now).toDateString()) return 'today'
  return day === new Date(now - DAY_MS).toDateString() ? 'yesterday' : ''
}

/** "11月20日 星期五", with the year when it is another one. */
export function longDay(at: string, now: number, locale: string): string {
  const date = new Date(at)
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', {
    ...(sameYear ? {} : { year: 'numeric' }),
    month: 'long',
    day: 'numeric',
    weekday: 'short',
  }).format(date)
}
