/** Message parts as they stand in the journal, as something a screen can show. Pure. */

export interface Run {
  text: string
  /** "" for plain text; only http and https become links. */
  href: string
}

export type MediaKind = 'image' | 'voice' | 'video' | 'file'

/** `elsewhere`: the provider has it and it was never fetched. */
export type MediaState = 'elsewhere' | 'fetching' | 'checking' | 'stored' | 'refused'

/** What the hub found out about a stored file; pixels and milliseconds are 0 when unknown. */
export interface MediaFacts {
  contentType: string
  size: number
  name: string
  preview: boolean
  /** Type of the form every browser plays, "" when there is none. */
  playable: string
  width: number
  height: number
  milliseconds: number
}

export interface MediaPiece {
  is: 'media'
  media: MediaKind
  id: string
  state: MediaState
  /** Why it is held back or refused. */
  code: string
  name: string
  size: number
  transcript: string
  facts: MediaFacts
}

export interface LinkPiece {
  is: 'link'
  title: string
  description: string
  url: string
  /** "" when it cannot be opened here. */
  href: string
  host: string
  /** Of our picture on the card, "" without one. */
  mediaId: string
}

export type Piece =
  | { is: 'text'; runs: Run[]; text: string }
  | { is: 'menu'; head: string; options: string[]; tail: string }
  | MediaPiece
  | { is: 'location'; label: string; address: string; latitude: number; longitude: number }
  | LinkPiece
  | { is: 'program'; title: string; app: string; page: string }
  | { is: 'notice'; title: string; rows: { label: string; value: string }[]; href: string }
  | { is: 'unsupported'; kind: string; fields: [name: string, value: string][] }

type Raw = Readonly<Record<string, unknown>>

const URL_IN_TEXT = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/giu
const TRAILING = /[.,;:!?'")\]]+$/u
const KINDS: readonly MediaKind[] = ['image', 'voice', 'video', 'file']
const STATES: readonly MediaState[] = ['fetching', 'checking', 'stored', 'refused']
const PROGRAM = /^mini-program:([^/]*)\/?(.*)$/su
/** Of an unsupported message: who wrote to whom, which stands elsewhere. */
const OUTER = new Set(['ToUserName', 'FromUserName', 'CreateTime', 'MsgType', 'MsgId'])

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
      return mediaOf(raw)
    case 'LocationPart':
      return {
        is: 'location',
        label: word(raw, 'label'),
        address: word(raw, 'address'),
        latitude: figure(raw, 'latitude'),
        longitude: figure(raw, 'longitude'),
      }
    case 'LinkPart':
      return linkOf(raw)
    case 'NoticePart':
      return noticeOf(raw)
    default:
      return {
        is: 'unsupported',
        kind: word(raw, 'kind') || word(raw, 'is'),
        fields: pairs(raw['raw']).filter(([name]) => !OUTER.has(name)),
      }
  }
}

function mediaOf(raw: Raw): MediaPiece {
  const file = isRaw(raw['file']) ? raw['file'] : {}
  const id = word(raw, 'media_id')
  const state = STATES.find((each) => each === raw['media_state']) ?? 'elsewhere'
  return {
    is: 'media',
    media: KINDS.find((each) => each === raw['media']) ?? 'file',
    id,
    state: id === '' ? 'elsewhere' : state,
    code: word(raw, 'media_code'),
    name: word(file, 'name') || word(raw, 'name'),
    size: figure(file, 'size') || figure(raw, 'size'),
    transcript: word(raw, 'transcript'),
    facts: {
      contentType: word(file, 'content_type'),
      size: figure(file, 'size'),
      name: word(file, 'name'),
      preview: file['preview'] === true,
      playable: word(file, 'playable'),
      width: figure(file, 'width'),
      height: figure(file, 'height'),
      milliseconds: figure(file, 'milliseconds'),
    },
  }
}

function linkOf(raw: Raw): Piece {
  const url = word(raw, 'url')
  const [, app, page = ''] = PROGRAM.exec(url) ?? []
  if (app !== undefined) return { is: 'program', title: word(raw, 'title') || app, app, page }
  const href = safeHref(url)
  return {
    is: 'link',
    title: word(raw, 'title') || url,
    description: word(raw, 'description'),
    url,
    href,
    host: href === '' ? '' : new URL(href).host,
    mediaId: word(raw, 'media_id'),
  }
}

/** With the words of the template; a notice from before they were kept has the fields' names. */
function noticeOf(raw: Raw): Piece {
  const labels = isRaw(raw['labels']) ? raw['labels'] : {}
  const rows = pairs(raw['values']).map(([name, value]) => ({
    label: name in labels ? word(labels, name) : name,
    value,
  }))
  const title = word(raw, 'title') || word(raw, 'template_id')
  return { is: 'notice', title, rows, href: safeHref(word(raw, 'url')) }
}

const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function pairs(value: unknown): [string, string][] {
  if (!isRaw(value)) return []
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'string' && each !== '' ? [[name, each] as [string, string]] : [],
  )
}

/** Addresses of a stored file; every look at it is allowed or refused by the hub anew. */
export const mediaUrl = (id: string, form: '' | 'preview' | 'playable' = ''): string =>
  `/api/v1/media/${encodeURIComponent(id)}${form === '' ? '' : `/${form}`}`

/** The words of a message on one line, "" when it has none. */
export function plainText(parts: readonly Raw[]): string {
  return parts
    .map(
      (raw) => word(raw, 'text') || word(raw, 'head') || word(raw, 'title') || word(raw, 'label'),
    )
    .filter(Boolean)
    .join(' ')
}

function optionsOf(value: unknown): string[] {
  return Array.isArray(value) ? (value as Raw[]).map((option) => word(option, 'title')) : []
}
