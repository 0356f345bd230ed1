/** Canned replies: what they are, and which fit what is typed after the slash. Pure. */

export interface Phrase {
  id: string
  /** What is typed after "/". */
  key: string
  group: string
  group_en: string
  name: string
  name_en: string
  text: string
  text_en: string
}

/** Where in a text a "/" asks for canned replies, and for which. */
export interface Asked {
  from: number
  to: number
  query: string
}

export const MOST_SHOWN = 25

/** A slash asks at the beginning of the text or after white space, and up to the caret. */
export function askedAt(text: string, caret: number): Asked | null {
  const before = text.slice(0, caret)
  const found = /(?:^|\s)\/([^\s/]*)$/u.exec(before)
  if (!found) return null
  const query = found[1] ?? ''
  return { from: caret - query.length - 1, to: caret, query }
}

/** First those whose key begins so, then by key, by name, by text; a tie keeps its order. */
export function fitting(phrases: readonly Phrase[], query: string): Phrase[] {
  const asked = query.toLowerCase()
  const ranked = phrases.flatMap((phrase, index) => {
    const rank = rankOf(phrase, asked)
    return rank < 0 ? [] : [{ phrase, rank, index }]
  })
  return ranked
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, MOST_SHOWN)
    .map(({ phrase }) => phrase)
}

function rankOf(phrase: Phrase, asked: string): number {
  if (asked === '') return 0
  const key = phrase.key.toLowerCase()
  if (key.startsWith(asked)) return 0
  if (key.includes(asked)) return 1
  const places = [`${phrase.name} ${phrase.name_en}`, `${phrase.text} ${phrase.text_en}`]
  const at = places.findIndex((place) => place.toLowerCase().includes(asked))
  return at < 0 ? -1 : at + 2
}

/** In the customer's language, where there is one; the other is better than nothing. */
export const textOf = (phrase: Phrase, language: string): string =>
  (language === 'en' ? phrase.text_en : phrase.text) || phrase.text || phrase.text_en

export const nameOf = (phrase: Phrase, locale: string): string =>
  (locale === 'en' ? phrase.name_en : phrase.name) || phrase.name || phrase.name_en

export interface Inserted {
  text: string
  caret: number
}

export function insert(text: string, asked: Asked, phrase: string): Inserted {
  const head = text.slice(0, asked.from) + phrase
  return { text: head + text.slice(asked.to), caret: head.length }
}
