/** The ways customers ask for one thing: which are the same, and what a paste adds. */
import type { Article, Language } from './types'

export const FEWEST = 8
export const SHORTEST = 2
export const LONGEST = 100

/** Two phrasings that differ in width, case, spaces or marks alone are one. */
export const alike = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

/** Each line of a text, tidied. */
export const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/u)
    .map((line) => line.trim().replace(/\s+/gu, ' '))
    .filter((line) => line !== '')

export interface Addition {
  /** New ones first. */
  phrasings: string[]
  added: number
  /** Were there already. */
  skipped: number
}

export function add(phrasings: readonly string[], lines: readonly string[]): Addition {
  const known = new Set(phrasings.map(alike))
  const fresh: string[] = []
  for (const line of lines) {
    if (known.has(alike(line))) continue
    known.add(alike(line))
    fresh.push(line)
  }
  return {
    phrasings: [...fresh, ...phrasings],
    added: fresh.length,
    skipped: lines.length - fresh.length,
  }
}

/** What is to be said of a phrasing; `KEEPS_BACK` keep it from being saved. */
export type Mark =
  | { is: '' | 'blank' | 'twice' | 'asTitle' | 'tooLong' | 'tooShort' }
  | { is: 'elsewhere'; title: string }

export const KEEPS_BACK: readonly string[] = ['tooLong', 'tooShort', 'elsewhere']

/** Whose phrasing or title each is, of the other articles in this language. */
export function owners(
  articles: Iterable<Article>,
  except: string,
  language: Language,
): Map<string, string> {
  const found = new Map<string, string>()
  for (const each of articles) {
    if (each.id === except || each.state === 'removed' || each.language !== language) continue
    for (const text of [each.title, ...each.phrasings]) found.set(alike(text), each.title)
  }
  return found
}

export function marks(
  phrasings: readonly string[],
  title: string,
  elsewhere: ReadonlyMap<string, string>,
): Mark[] {
  const seen = new Set<string>()
  return phrasings.map((text) => {
    const key = alike(text)
    if (text.trim() === '') return { is: 'blank' }
    const length = Array.from(text.trim()).length
    if (length > LONGEST) return { is: 'tooLong' }
    if (length < SHORTEST) return { is: 'tooShort' }
    if (seen.has(key)) return { is: 'twice' }
    seen.add(key)
    if (key === alike(title)) return { is: 'asTitle' }
    const owner = elsewhere.get(key)
    return owner === undefined ? { is: '' } : { is: 'elsewhere', title: owner }
  })
}

/** How many count: each once, blanks not. */
export const worth = (phrasings: readonly string[]): number =>
  new Set(phrasings.map(alike).filter((key) => key !== '')).size
