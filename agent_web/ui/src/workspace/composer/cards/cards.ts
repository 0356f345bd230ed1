/** A link card or a place while it is written, and as the customer will see it. Pure. */
import type { Card, LinkCard, PlaceCard } from '@/shared/protocol'
import { mapLink } from '../../conversation/pieces/place'
import type { FileRule } from '../fileRules'

/** What a channel makes of cards. */
export interface CardRules {
  parts: readonly string[]
  /** Characters of a link card, and the picture it takes. */
  link: { title: number; description: number; picture: FileRule | null } | null
  /** What a place goes out with, "" when the channel has no map. */
  mapUrl: string
}

export interface LinkDraft {
  url: string
  title: string
  description: string
  mediaId: string
}

export interface PlaceDraft {
  name: string
  address: string
  latitude: string
  longitude: string
}

export type Problem = 'missing' | 'long' | 'form' | 'range'
export type Problems = Readonly<Record<string, Problem>>

/** `form`: how it reaches the customer. */
export interface Seen {
  form: 'card' | 'text' | 'place'
  title: string
  description: string
  url: string
  mediaId: string
}

export const MOST_URL = 1000
export const MOST_NAME = 60
export const MOST_ADDRESS = 120
const MOST_TITLE = 128
const MOST_DESCRIPTION = 512
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/iu
const SCHEME = /^[a-z][a-z0-9+.-]*:/iu
const DEGREES = /^-?\d{1,3}(\.\d{1,15})?$/u
const PAIR = /^(-?\d{1,3}(?:\.\d+)?)\s*[,，;\s]\s*(-?\d{1,3}(?:\.\d+)?)$/u

/** The address as the hub takes it, "" when it is none; without a scheme https is meant. */
export function webLink(text: string): string {
  const given = text.trim()
  const bare = !SCHEME.test(given) || /^[^/:]+:\d/u.test(given)
  let url: URL
  try {
    url = new URL(bare ? `https://${given}` : given)
  } catch {
    return ''
  }
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  const named = HOST.test(url.hostname) && (!bare || url.hostname.includes('.'))
  return web && named && url.username === '' && url.password === '' ? url.href : ''
}

export const mostTitle = (rules: CardRules | undefined): number => rules?.link?.title ?? MOST_TITLE
export const mostDescription = (rules: CardRules | undefined): number =>
  rules?.link?.description ?? MOST_DESCRIPTION

/** In characters, as the hub counts them. */
export const lengthOf = (text: string): number => Array.from(text.trim()).length

export function linkProblems(draft: LinkDraft, rules: CardRules | undefined): Problems {
  const url = webLink(draft.url)
  return found({
    url:
      draft.url.trim() === '' ? 'missing' : url === '' ? 'form' : url.length > MOST_URL && 'long',
    title:
      draft.title.trim() === '' ? 'missing' : lengthOf(draft.title) > mostTitle(rules) && 'long',
    description: lengthOf(draft.description) > mostDescription(rules) && 'long',
  })
}

export function placeProblems(draft: PlaceDraft): Problems {
  return found({
    name: draft.name.trim() === '' ? 'missing' : lengthOf(draft.name) > MOST_NAME && 'long',
    address: lengthOf(draft.address) > MOST_ADDRESS && 'long',
    latitude: ofDegrees(draft.latitude, 90),
    longitude: ofDegrees(draft.longitude, 180),
  })
}

function ofDegrees(text: string, most: number): Problem | false {
  const given = text.trim()
  if (given === '') return 'missing'
  if (!DEGREES.test(given)) return 'form'
  return Math.abs(Number(given)) > most && 'range'
}

function found(problems: Record<string, Problem | false>): Problems {
  const wrong = Object.entries(problems).filter(
    (each): each is [string, Problem] => each[1] !== false,
  )
  return Object.fromEntries(wrong)
}

export const linkOf = (draft: LinkDraft): LinkCard => ({
  ...{ kind: 'link', url: webLink(draft.url), title: draft.title.trim() },
  description: draft.description.trim(),
  ...(draft.mediaId !== '' && { media_id: draft.mediaId }),
})

export const placeOf = (draft: PlaceDraft): PlaceCard => ({
  ...{ kind: 'place', name: draft.name.trim(), address: draft.address.trim() },
  ...{ latitude: Number(draft.latitude), longitude: Number(draft.longitude) },
})

export const linkDraft = (card?: Card): LinkDraft =>
  card?.kind === 'link'
    ? {
        ...{ url: card.url, title: card.title },
        ...{ description: card.description ?? '', mediaId: card.media_id ?? '' },
      }
    : { url: '', title: '', description: '', mediaId: '' }

export const placeDraft = (card?: Card): PlaceDraft =>
  card?.kind === 'place'
    ? {
        ...{ name: card.name, address: card.address ?? '' },
        ...{ latitude: String(card.latitude), longitude: String(card.longitude) },
      }
    : { name: '', address: '', latitude: '', longitude: '' }

const inChina = (latitude: number, longitude: number): boolean =>
  latitude >= 3 && latitude <= 54 && longitude >= 73 && longitude <= 136

/** Two figures pasted together, as latitude and longitude; maps of China copy the longitude first. */
export function pairOf(text: string): { latitude: string; longitude: string } | undefined {
  const [, first, second] = PAIR.exec(text.trim()) ?? []
  if (first === undefined || second === undefined) return undefined
  const turned = inChina(Number(second), Number(first)) || Math.abs(Number(first)) > 90
  return turned ? { latitude: second, longitude: first } : { latitude: first, longitude: second }
}

/** As the channel carries it; a channel that is not known yet counts as one with cards. */
export function seenAs(card: Card, rules: CardRules | undefined): Seen {
  const has = (part: string): boolean => rules?.parts.includes(part) ?? true
  const cards = has('LinkPart')
  if (card.kind === 'link') {
    const { title, description = '', url, media_id: mediaId } = card
    return { form: cards ? 'card' : 'text', title, description, url, mediaId: mediaId ?? '' }
  }
  const url = rules && rules.mapUrl !== '' ? mapLink(card, rules.mapUrl) : ''
  const form = has('LocationPart') ? 'place' : cards && url !== '' ? 'card' : 'text'
  return { form, title: card.name, description: card.address ?? '', url, mediaId: '' }
}
