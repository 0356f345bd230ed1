/** The fold of a customer's journal into what the right side of the page shows. */
import { markRaw } from 'vue'
import type { CommitRecord, Doc } from '../types'
import { stateAfter, type ConversationState } from './conversation'
import {
  effectBehind,
  emptyBook,
  enterEffects,
  nameOf,
  ofDesk,
  settleEffects,
  word,
  type Effect,
  type EffectBook,
} from './effects'
import { candidatesOf, nested } from './words'

export interface Card {
  name: string
  record: CommitRecord
  effects: Effect[]
  /** The name of the commit whose effect led to this input, '' when it came from outside. */
  causedBy: string
}

export interface JournalView {
  cards: Card[]
  /** The last commit of either stream. */
  seq: number
  deskSeq: number
  state: ConversationState
  conversationId: string
  customerId: string
  counts: { events: number; effects: number }
  book: EffectBook
  commitOfEffect: Map<string, string>
  /** Titles of articles by id, as far as rankings have named them. */
  titles: Map<string, string>
}

export function emptyJournal(): JournalView {
  return {
    cards: [],
    seq: 0,
    deskSeq: 0,
    state: 'none',
    conversationId: '',
    customerId: '',
    counts: { events: 0, effects: 0 },
    book: emptyBook(),
    commitOfEffect: new Map(),
    titles: new Map(),
  }
}

/** Take one commit; one that was seen already changes nothing. */
export function foldCommit(view: JournalView, record: CommitRecord): void {
  if (record.seq <= (ofDesk(record) ? view.deskSeq : view.seq)) return
  if (ofDesk(record)) view.deskSeq = record.seq
  else view.seq = record.seq
  settleEffects(view.book, record)
  const effects = enterEffects(view.book, record)
  for (const effect of effects) view.commitOfEffect.set(effect.key, nameOf(record))
  for (const event of record.events) {
    view.state = stateAfter(view.state, event)
    if (event.is === 'BotAnswered') learnTitles(view, event)
    const conversation = word(event, 'conversation_id')
    if (conversation) view.conversationId = conversation
  }
  if (view.conversationId) view.customerId = view.conversationId.split('.')[0] ?? ''
  view.counts.events += record.events.length
  view.counts.effects += effects.length
  view.cards.push({
    name: nameOf(record),
    record: markRaw(record),
    effects,
    causedBy: causeOf(view, record),
  })
}

function learnTitles(view: JournalView, event: Doc): void {
  for (const each of candidatesOf(nested(event, 'answer'))) {
    view.titles.set(each.article_id, each.title)
  }
}

function causeOf(view: JournalView, record: CommitRecord): string {
  const { body, key } = record.input
  const effect = effectBehind(view.book, key) || effectBehind(view.book, word(body, 'of'))
  return view.commitOfEffect.get(effect) ?? ''
}
