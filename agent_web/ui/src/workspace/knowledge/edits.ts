/** An article while somebody writes it: what changed, what is missing, how two versions meet. */
import { alike, KEEPS_BACK, marks, type Mark } from './phrasings'
import type { Article, Content, Language } from './types'

export const MOST_TEXT = 600
export const MOST_TITLE = 60
const FEWEST_LETTERS = 2

/** `version` and `base`: what the author saw; 0 and blank for a new article. */
export interface Edit extends Content {
  version: number
  base: Content
  /** The unanswered question it was written for, "" without one. */
  question: string
}

export const FIELDS = [
  'title',
  'language',
  'text',
  'phrasings',
  'valid_from',
  'valid_until',
] as const
export type Field = (typeof FIELDS)[number]

export const lengthOf = (text: string): number => Array.from(text).length

export function blank(language: Language): Edit {
  const content = { title: '', text: '', phrasings: [], valid_from: null, valid_until: null }
  const base = { ...content, language }
  return { ...base, phrasings: [], base, version: 0, question: '' }
}

export const editOf = (article: Article): Edit => ({
  ...contentOf(article),
  base: contentOf(article),
  version: article.version,
  question: '',
})

/** As it is sent: trimmed, without blank phrasings. */
export const contentOf = (edit: Content): Content => ({
  title: edit.title.trim(),
  language: edit.language,
  text: edit.text.trim(),
  phrasings: edit.phrasings.map((each) => each.trim()).filter((each) => each !== ''),
  valid_from: edit.valid_from,
  valid_until: edit.valid_until,
})

const instant = (at: string | null): number | null => (at === null ? null : Date.parse(at))

/** Their order means nothing. */
const sorted = (phrasings: readonly string[]): string => [...phrasings].sort().join('\n')

function sameField(name: Field, a: Content, b: Content): boolean {
  if (name === 'phrasings') return sorted(a.phrasings) === sorted(b.phrasings)
  if (name === 'valid_from' || name === 'valid_until') return instant(a[name]) === instant(b[name])
  return a[name] === b[name]
}

export function differing(a: Content, b: Content): Field[] {
  const [one, other] = [contentOf(a), contentOf(b)]
  return FIELDS.filter((name) => !sameField(name, one, other))
}

export type Fault =
  'missingTitle' | 'longTitle' | 'missingText' | 'longText' | 'wrongOrder' | 'phrasings' | 'taken'

const isKeptBack = ({ is }: Mark): boolean => KEEPS_BACK.includes(is)

/** What keeps it from being saved; `elsewhere` has the owners of all other wordings. */
export function faults(edit: Content, elsewhere: ReadonlyMap<string, string>): Fault[] {
  const said = contentOf(edit)
  const short = (text: string): boolean => lengthOf(text) < FEWEST_LETTERS
  const [from, until] = [instant(said.valid_from), instant(said.valid_until)]
  const found: [Fault, boolean][] = [
    ['missingTitle', short(said.title)],
    ['longTitle', lengthOf(said.title) > MOST_TITLE],
    ['missingText', short(said.text)],
    ['longText', lengthOf(said.text) > MOST_TEXT],
    ['phrasings', marks(edit.phrasings, edit.title, elsewhere).some(isKeptBack)],
    ['taken', elsewhere.has(alike(said.title))],
    ['wrongOrder', from !== null && until !== null && until <= from],
  ]
  return found.filter(([, wrong]) => wrong).map(([name]) => name)
}

export const isClean = (edit: Edit): boolean => differing(edit, edit.base).length === 0

export type Side = 'mine' | 'theirs' | 'both'
export type Choices = Partial<Record<Field, Side>>

/** What both sides wish, of the fields that differ: who alone changed one has it. */
export function firstChoices(mine: Edit, theirs: Content): Choices {
  return Object.fromEntries(
    differing(mine, theirs).map((name) => {
      if (name === 'phrasings') return [name, 'both']
      const untouched = sameField(name, contentOf(mine), contentOf(mine.base))
      return [name, untouched ? 'theirs' : 'mine']
    }),
  )
}

/** "both" is for phrasings: theirs with what I added and without what I took out. */
export function merged(mine: Edit, theirs: Article, choices: Choices): Edit {
  const taken = { ...mine, version: theirs.version, base: contentOf(theirs) }
  for (const name of FIELDS) {
    const side = choices[name] ?? 'mine'
    if (side === 'theirs') Object.assign(taken, { [name]: theirs[name] })
    else if (side === 'both' && name === 'phrasings') taken.phrasings = joined(mine, theirs)
  }
  return { ...taken, phrasings: [...taken.phrasings] }
}

function joined(mine: Edit, theirs: Content): string[] {
  const added = missingFrom(mine.base, mine)
  const dropped = new Set(missingFrom(mine, mine.base).map(alike))
  const kept = theirs.phrasings.filter((each) => !dropped.has(alike(each)))
  const known = new Set(kept.map(alike))
  return [...added.filter((each) => !known.has(alike(each))), ...kept]
}

/** The phrasings of one that the other lacks. */
export const missingFrom = (other: Content, of: Content): string[] => {
  const known = new Set(other.phrasings.map(alike))
  return of.phrasings.filter((each) => !known.has(alike(each)))
}

/** For `<input type="datetime-local">`, in the time zone of this browser. */
export function localTime(at: string | null): string {
  if (at === null) return ''
  const time = new Date(at)
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`
}

export const instantOf = (local: string): string | null =>
  local === '' ? null : new Date(local).toISOString()

export type Standing = '' | 'early' | 'expired'

/** `now` in milliseconds. */
export function standing(article: Content, now: number): Standing {
  const [from, until] = [instant(article.valid_from), instant(article.valid_until)]
  if (until !== null && until <= now) return 'expired'
  return from !== null && from > now ? 'early' : ''
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A fresh id: readable in a log, never typed. */
export function newArticleId(language: Language): string {
  const drawn = crypto.getRandomValues(new Uint8Array(8))
  return `${language}-${[...drawn].map((each) => LETTERS[each % LETTERS.length]).join('')}`
}
