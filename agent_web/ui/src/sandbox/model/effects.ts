/** The effects of a commit and what later commits say became of them. */
import type { CommitRecord, Doc, EffectKind } from '../types'

/**
 * Messages take the delivery states of the outbox; a bot job is `asked`, then `answered` or
 * `failed`; an input for another stream is `handed_on`. A file is `entrusted`, then `kept`,
 * `held` or `refused`; the question who a customer is, `answered`.
 */
export type EffectState =
  | 'queued'
  | 'sending'
  | 'uncertain'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'discarded'
  | 'asked'
  | 'answered'
  | 'handed_on'
  | 'entrusted'
  | 'kept'
  | 'held'
  | 'refused'

export interface Effect {
  key: string
  kind: EffectKind
  destination: string
  state: EffectState
  code: string
  /** The name of the commit that told the present state, '' when none did yet. */
  toldBy: string
}

interface Tracked {
  effect: Effect
  /** For a bot job the message it answers. */
  messageId: string
}

export interface EffectBook {
  byKey: Map<string, Tracked>
}

const FIRST: Readonly<Record<EffectKind, EffectState>> = {
  message: 'queued',
  bot: 'asked',
  tell: 'handed_on',
  media: 'entrusted',
  profile: 'entrusted',
}
const DELIVERY = new Set<string>([
  'queued',
  'sending',
  'uncertain',
  'sent',
  'delivered',
  'read',
  'failed',
  'discarded',
])

const OF_FILES: Readonly<Record<string, EffectState>> = {
  MediaStored: 'kept',
  MediaDelayed: 'held',
  MediaRefused: 'refused',
}

export function emptyBook(): EffectBook {
  return { byKey: new Map() }
}

export const word = (doc: Readonly<Record<string, unknown>>, field: string): string => {
  const value = doc[field]
  return typeof value === 'string' ? value : ''
}

export const ofDesk = (record: CommitRecord): boolean => record.stream.startsWith('desk:')

/** What a commit is called on this page: its number, with a D for the desk's own count. */
export const nameOf = (record: CommitRecord): string => `${ofDesk(record) ? 'D' : ''}${record.seq}`

export function enterEffects(book: EffectBook, record: CommitRecord): Effect[] {
  const questions = record.events.filter((event) => event.is === 'BotAsked')
  return record.effects.map((each) => {
    const effect: Effect = { ...each, state: FIRST[each.kind], code: '', toldBy: '' }
    const question = each.kind === 'bot' ? questions.shift() : undefined
    const messageId = question ? word(question, 'message_id') : ''
    book.byKey.set(each.key, { effect, messageId })
    return effect
  })
}

/** Let a commit tell what became of earlier effects. */
export function settleEffects(book: EffectBook, record: CommitRecord): void {
  for (const event of record.events) {
    settleFile(book, record, event)
    const state = toldState(event)
    const tracked = state && book.byKey.get(word(event, 'of'))
    if (!state || !tracked) continue
    tracked.effect.state = state
    tracked.effect.code = word(event, 'provider_code') || word(event, 'code')
    tracked.effect.toldBy = nameOf(record)
  }
  const { body } = record.input
  if (body.is === 'BotReplied' || body.is === 'BotFailed') settleBotJob(book, record, body)
  const asked = book.byKey.get(effectBehind(book, record.input.key))
  if (body.is === 'ProfileReport' && asked) {
    asked.effect.state = 'answered'
    asked.effect.toldBy = nameOf(record)
  }
}

function settleFile(book: EffectBook, record: CommitRecord, event: Doc): void {
  const state = OF_FILES[event.is]
  if (!state) return
  for (const { effect } of book.byKey.values()) {
    if (effect.kind !== 'media' || effect.destination !== word(event, 'media_id')) continue
    effect.state = state
    effect.code = word(event, 'code')
    effect.toldBy = nameOf(record)
  }
}

function toldState(event: Doc): EffectState | null {
  if (event.is === 'MessageDiscarded') return 'discarded'
  const state = word(event, 'state')
  return event.is === 'DeliveryChanged' && DELIVERY.has(state) ? (state as EffectState) : null
}

function settleBotJob(book: EffectBook, record: CommitRecord, body: Doc): void {
  const messageId = word(body, 'message_id')
  for (const { effect, messageId: asked } of book.byKey.values()) {
    if (asked !== messageId || messageId === '' || effect.toldBy !== '') continue
    effect.state = body.is === 'BotReplied' ? 'answered' : 'failed'
    effect.code = word(body, 'code')
    effect.toldBy = nameOf(record)
  }
}

/** Effects whose result is still to come. */
export function countPending(book: EffectBook): number {
  let pending = 0
  for (const { effect } of book.byKey.values()) {
    if (['queued', 'sending', 'asked', 'uncertain'].includes(effect.state)) pending += 1
  }
  return pending
}

/** The effect that an input key was derived from, if it is one of ours. */
export function effectBehind(book: EffectBook, inputKey: string): string {
  const found = /[0-9a-f]{2}:\d{12}#\d+/.exec(inputKey)?.[0] ?? ''
  return book.byKey.has(found) ? found : ''
}
