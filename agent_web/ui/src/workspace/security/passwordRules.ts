/** What a new password must be, as far as a screen can tell before the hub judges. Pure. */
export const LEAST = 10
export const MOST = 256

export type Rule = 'length' | 'variety' | 'name' | 'same'

export interface Judged {
  rule: Rule
  kept: boolean
}

/** Empty boxes keep no rule. */
export function judge(username: string, fresh: string, again: string): Judged[] {
  const folded = fresh.toLowerCase()
  const holdsName = username.length >= 3 && folded.includes(username.toLowerCase())
  const written = fresh !== ''
  return [
    { rule: 'length', kept: fresh.length >= LEAST && fresh.length <= MOST },
    { rule: 'variety', kept: new Set(folded).size > 3 },
    { rule: 'name', kept: written && !holdsName },
    { rule: 'same', kept: written && fresh === again },
  ]
}

export const isFit = (judged: readonly Judged[]): boolean => judged.every(({ kept }) => kept)
