/** Message parts as they stand in the journal, as something a screen can show. Pure. */

export interface Run {
  text: string
  /** "" for plain text; only http and https become links. */
  href: string
}

export type Piece =
  | { is: 'text'; runs: Run[]; text: string }
  | { is: 'menu'; head: string; options: string[]; tail: string }
  | { is: 'media'; media: string; name: string; size: number; transcript: string }
  | { is: 'location'; label: string; latitude: number; longitude: number }
  | { is: 'link'; title: string; description: string; url: string; href: string }
  | { is: 'unsupported'; kind: string }

type Raw = Readonly<Record<string, unknown>>

const URL_IN_TEXT = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/giu
const TRAILING = /[.,;:!?'")\]]+$/u
const MEDIA = new Set(['image', 'voice', 'video', 'file'])

const word = (raw: Raw, field: string): string => {
  const value = raw[field]
  return typeof value === 'string' ? value : ''
}

const figure = (raw: Raw, field: string): number => {
  const value = raw[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

export function safeHref(url: string): string {
  try {
    const parsed = new URL(url)
    return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed.href : ''
  } catch {
    return ''
  }
}

/** Text with its web addresses as links; what follows an address in a sentence stays outside. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = []
  let from = 0
  for (const found of text.matchAll(URL_IN_TEXT)) {
    const shown = found[0].replace(TRAILING, '')
    const href = safeHref(shown)
    if (!href) continue
    if (found.index > from) runs.push({ text: text.slice(from, found.index), href: '' })
    runs.push({ text: shown, href })
    from = found.index + shown.length
  }
  if (from < text.length) runs.push({ text: text.slice(from), href: '' })
  return runs
}

export function pieceOf(raw: Raw): Piece {
  switch (raw['is']) {
    case 'TextPart':
      return { is: 'text', text: word(raw, 'text'), runs: runsOf(word(raw, 'text')) }
    case 'MenuPart':
      return {
        is: 'menu',
        head: word(raw, 'head'),
        options: optionsOf(raw['options']),
        tail: word(raw, 'tail'),
      }
    case 'MediaPart':
      return {
        is: 'media',
        media: MEDIA.has(word(raw, 'media')) ? word(raw, 'media') : 'file',
        name: word(raw, 'name'),
        size: figure(raw, 'size'),
        transcript: word(raw, 'transcript'),
      }
    case 'LocationPart':
      return {
        is: 'location',
        label: word(raw, 'label'),
        latitude: figure(raw, 'latitude'),
        longitude: figure(raw, 'longitude'),
      }
    case 'LinkPart':
      return {
        is: 'link',
        title: word(raw, 'title') || word(raw, 'url'),
        description: word(raw, 'description'),
        url: word(raw, 'url'),
        href: safeHref(word(raw, 'url')),
      }
    default:
      return { is: 'unsupported', kind: word(raw, 'kind') || word(raw, 'is') }
  }
}

/** The words of a message on one line, "" when it has none. */
export function plainText(parts: readonly Raw[]): string {
  return parts
    .map((raw) => word(raw, 'text') || word(raw, 'head') || word(raw, 'title') || '')
    .filter(Boolean)
    .join(' ')
}

function optionsOf(value: unknown): string[] {
  return Array.isArray(value) ? (value as Raw[]).map((option) => word(option, 'title')) : []
}
