/** The choice at the end of a talk. Pure. */
import type { Disposition } from '../composer/catalogue'

export interface Choice {
  id: string
  name: string
  /** The key that chooses it, 0 beyond the ninth. */
  digit: number
}

export interface Group {
  name: string
  choices: Choice[]
}

/** By position, in the order their groups first appear; the first nine have keys. */
export function groupsOf(dispositions: readonly Disposition[], locale: string): Group[] {
  const groups = new Map<string, Group>()
  const sorted = [...dispositions].sort((a, b) => a.position - b.position)
  for (const each of sorted) {
    const name = (locale === 'en' ? each.group_en : each.group) || each.group
    const group = groups.get(name) ?? { name, choices: [] }
    group.choices.push({
      id: each.id,
      name: (locale === 'en' ? each.name_en : each.name) || each.name,
      digit: 0,
    })
    groups.set(name, group)
  }
  const found = [...groups.values()]
  found
    .flatMap((group) => group.choices)
    .slice(0, 9)
    .forEach((choice, index) => (choice.digit = index + 1))
  return found
}

export const chosenBy = (groups: readonly Group[], key: string): Choice | undefined =>
  /^[1-9]$/.test(key)
    ? groups.flatMap((group) => group.choices).find((choice) => choice.digit === Number(key))
    : undefined

/** How much of the time for the wrap-up is left, 0 to 1. */
export function leftOf(since: string, until: string, now: number): number {
  const whole = Date.parse(until) - Date.parse(since)
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, (Date.parse(until) - now) / whole))
}
