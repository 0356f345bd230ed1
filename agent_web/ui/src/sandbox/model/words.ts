/**
 * What happened, in the words of the glossary: each input and event becomes a word to look up,
 * values to put into it, and a quotation. Pure; the words themselves are in locales/.
 */
import type { IconName } from '@/shared/icons'
import type { Doc } from '../types'
import { word } from './effects'

export type Tone = 'customer' | 'bot' | 'person' | 'system' | 'good' | 'warn' | 'bad' | 'quiet'

export interface Candidate {
  article_id: string
  title: string
  score: number
}

export interface Line {
  icon: IconName
  tone: Tone
  /** Key of the word in the locales, and what goes into it. */
  key: string
  values: Record<string, string | number>
  /** What was said, in the customer's or our own words. */
  quote: string
  /** A stable reason code, shown as a word where we know one. */
  reason: string
  candidates: Candidate[]
  /** Options offered as buttons. */
  options: string[]
}

const line = (icon: IconName, tone: Tone, key: string, more: Partial<Line> = {}): Line => ({
  icon,
  tone,
  key,
  values: {},
  quote: '',
  reason: '',
  candidates: [],
  options: [],
  ...more,
})

const list = (value: unknown): Doc[] => (Array.isArray(value) ? (value as Doc[]) : [])
const count = (value: unknown, otherwise = 0): number =>
  typeof value === 'number' ? value : otherwise
export const nested = (doc: Doc, field: string): Doc => {
  const value = doc[field]
  return typeof value === 'object' && value !== null ? (value as Doc) : { is: '' }
}

export function partsText(parts: unknown): string {
  return list(parts)
    .map((part) => word(part, 'text') || word(part, 'head') || word(part, 'title'))
    .filter(Boolean)
    .join(' / ')
}

const partsOptions = (parts: unknown): string[] =>
  list(parts).flatMap((part) => list(part['options']).map((option) => word(option, 'title')))

function mediaKey(parts: unknown): string {
  const first = list(parts)[0]
  if (!first || first.is === 'TextPart' || first.is === 'MenuPart') return ''
  return first.is === 'MediaPart' ? `media.${word(first, 'media')}` : `media.${first.is}`
}

// ------------------------------------------------------------ inputs
const INPUTS: Readonly<Record<string, [IconName, Tone]>> = {
  CustomerMessage: ['message', 'customer'],
  CustomerSignal: ['signal', 'customer'],
  BotReplied: ['bot', 'bot'],
  BotFailed: ['bot', 'bad'],
  SendMessage: ['person', 'person'],
  SendNotice: ['bell', 'person'],
  ResendMessage: ['person', 'person'],
  DiscardMessage: ['person', 'person'],
  RequestHandOff: ['person', 'person'],
  CloseConversation: ['person', 'person'],
  WorkOffered: ['queue', 'person'],
  WorkReturned: ['queue', 'warn'],
  WorkQueued: ['queue', 'system'],
  WorkAssigned: ['queue', 'person'],
  EndInteraction: ['person', 'person'],
  FinishWrapUp: ['person', 'person'],
  AddNote: ['person', 'person'],
  DeliveryReport: ['send', 'system'],
  MediaReport: ['message', 'system'],
  ProfileReport: ['person', 'system'],
  TimerFired: ['clock', 'system'],
  ConfigureDesk: ['queue', 'system'],
  ConnectAgent: ['person', 'quiet'],
  LoseConnection: ['person', 'quiet'],
  UpdateAgent: ['person', 'system'],
  SetPresence: ['person', 'person'],
  PlaceWork: ['queue', 'customer'],
  AcceptOffer: ['person', 'good'],
  DeclineOffer: ['person', 'warn'],
  ClaimWork: ['person', 'person'],
  TransferWork: ['person', 'person'],
  MoveWork: ['person', 'person'],
  WrapUpWork: ['clock', 'person'],
  ResumeWork: ['message', 'customer'],
  ReleaseWork: ['close', 'quiet'],
}

export function inputLine(body: Doc): Line {
  const known = INPUTS[body.is]
  if (!known) return line('dot', 'quiet', 'input.other', { values: { name: body.is } })
  const [icon, tone] = known
  return line(icon, tone, `input.${body.is}`, {
    quote: inputQuote(body),
    reason: inputReason(body),
  })
}

/** Notes are for colleagues: the sandbox shows that they exist, like everything inside. */
function inputQuote(body: Doc): string {
  if (body.is === 'BotReplied') return ''
  if (body.is === 'AddNote') return word(body, 'text')
  return partsText(body['parts']) || word(body, 'note') || word(body, 'summary')
}

function inputReason(body: Doc): string {
  if (body.is === 'CustomerMessage') return mediaKey(body['parts'])
  if (body.is === 'CustomerSignal') return `signal.${word(body, 'kind')}`
  if (body.is === 'BotReplied') return `action.${word(nested(body, 'answer'), 'action')}`
  if (body.is === 'DeliveryReport') return `delivery.${word(body, 'state')}`
  if (body.is === 'TimerFired') return `timer.${timerKind(body)}`
  if (body.is === 'SetPresence') return `presence.${word(body, 'presence')}`
  const code = word(body, 'reason') || word(body, 'code')
  return code ? `reason.${code}` : ''
}

// ------------------------------------------------------------ events
/** Article titles by id, as rankings named them: an answer to a pressed button names only the id. */
export type Titles = ReadonlyMap<string, string>

/** Keys carry long runs of zeros; the end is what tells them apart. */
export const shortKey = (key: string): string => key.replace(/([0-9a-f]{2}):0{4,}(\d)/, '$1:0…$2')

type Telling = (event: Doc, titles: Titles) => Line

const reasonOf = (event: Doc, field = 'reason'): string =>
  word(event, field) ? `reason.${word(event, field)}` : ''

/** A timer of the desk names what it waits for: `offer:<interaction>`. */
const timerKind = (doc: Doc): string => word(doc, 'name').split(':')[0] ?? ''

const EVENTS: Readonly<Record<string, Telling>> = {
  Ignored: (e) => line('dot', 'quiet', 'event.Ignored', { reason: reasonOf(e) }),
  Refused: (e) => line('stop', 'bad', 'event.Refused', { reason: reasonOf(e) }),
  Failed: (e) => line('stop', 'bad', 'event.Failed', { quote: word(e, 'error') }),
  ConversationOpened: () => line('open', 'good', 'event.ConversationOpened'),
  MessageReceived: (e) =>
    line('message', 'customer', 'event.MessageReceived', {
      quote: partsText(e['parts']),
      reason: mediaKey(e['parts']),
    }),
  SignalReceived: (e) =>
    line('signal', 'customer', 'event.SignalReceived', {
      reason: `signal.${word(e, 'kind')}`,
      quote: word(nested(e, 'meaning'), 'label'),
    }),
  ProfileWanted: () => line('person', 'system', 'event.ProfileWanted'),
  ProfileKnown: () => line('person', 'good', 'event.ProfileKnown'),
  SamePersonFound: () => line('link', 'system', 'event.SamePersonFound'),
  QuestionHeld: (e) => line('clock', 'bot', 'event.QuestionHeld', { quote: word(e, 'text') }),
  BotAsked: () => line('ask', 'bot', 'event.BotAsked'),
  QuestionMissed: (e) => line('stop', 'warn', 'event.QuestionMissed', { reason: reasonOf(e) }),
  AnswerRated: (e) =>
    line('check', e['helpful'] ? 'good' : 'warn', 'event.AnswerRated', {
      reason: e['helpful'] ? 'reason.rated_up' : 'reason.rated_down',
    }),
  BotAnswered: (e, titles) => botAnswered(nested(e, 'answer'), titles),
  MessageSent: messageSent,
  MessageWithheld: (e) =>
    line('stop', 'warn', 'event.MessageWithheld', {
      quote: partsText(e['parts']),
      reason: reasonOf(e),
    }),
  MessageDiscarded: () => line('stop', 'quiet', 'event.MessageDiscarded'),
  DeliveryChanged: deliveryChanged,
  MediaStored: (e) =>
    line('check', 'good', 'event.MediaStored', { quote: word(nested(e, 'file'), 'name') }),
  MediaDelayed: (e) => line('clock', 'warn', 'event.MediaDelayed', { reason: reasonOf(e, 'code') }),
  MediaRefused: (e) => line('stop', 'bad', 'event.MediaRefused', { reason: reasonOf(e, 'code') }),
  HandedOff: (e) => line('queue', 'warn', 'event.HandedOff', { reason: reasonOf(e) }),
  InteractionOffered: (e) =>
    line('queue', 'warn', 'event.InteractionOffered', { values: { agent: word(e, 'agent_id') } }),
  InteractionRequeued: (e) =>
    line('queue', 'warn', 'event.InteractionRequeued', { reason: reasonOf(e) }),
  InteractionAssigned: (e) =>
    line('person', 'good', 'event.InteractionAssigned', { values: { agent: word(e, 'agent_id') } }),
  InteractionResumed: (e) =>
    line('message', 'good', 'event.InteractionResumed', { values: { agent: word(e, 'agent_id') } }),
  NoteAdded: (e) =>
    line('person', 'quiet', 'event.NoteAdded', {
      values: { author: word(e, 'author').replace(/^agent:/, '') },
      quote: word(e, 'text'),
    }),
  WrapUpStarted: (e) => line('clock', 'person', 'event.WrapUpStarted', { reason: reasonOf(e) }),
  WrapUpFinished: (e) =>
    line('check', 'person', 'event.WrapUpFinished', { quote: word(e, 'summary') }),
  ConversationClosed: (e) =>
    line('close', 'quiet', 'event.ConversationClosed', { reason: reasonOf(e) }),
  TimerArmed: (e) =>
    line('clock', 'quiet', 'event.TimerArmed', {
      values: { timer: timerKind(e), due: word(e, 'due') },
    }),
  TimerDisarmed: (e) =>
    line('clock', 'quiet', 'event.TimerDisarmed', { values: { timer: timerKind(e) } }),
  MergePlanned: () => line('link', 'system', 'event.MergePlanned'),
  MergedInto: () => line('link', 'system', 'event.MergedInto'),
  MergeUndone: () => line('link', 'system', 'event.MergeUndone'),
  Forwarded: () => line('link', 'system', 'event.Forwarded'),
  CustomerAbsorbed: () => line('link', 'system', 'event.CustomerAbsorbed'),
  CustomerReleased: () => line('link', 'system', 'event.CustomerReleased'),
  DeskConfigured: () => line('queue', 'system', 'event.DeskConfigured'),
  AgentConnected: (e) =>
    line('person', 'quiet', 'event.AgentConnected', {
      values: { agent: word(nested(e, 'agent'), 'agent_id') },
    }),
  AgentDisconnected: (e) =>
    line('person', 'quiet', 'event.AgentDisconnected', { values: { agent: word(e, 'agent_id') } }),
  AgentUpdated: (e) =>
    line('person', 'system', 'event.AgentUpdated', {
      values: { agent: word(nested(e, 'agent'), 'agent_id') },
    }),
  PresenceChanged: (e) =>
    line('person', 'system', 'event.PresenceChanged', {
      values: { agent: word(e, 'agent_id') },
      reason: `presence.${word(e, 'presence')}`,
    }),
  Queued: (e) =>
    line('queue', 'warn', 'event.Queued', {
      values: { queue: word(e, 'queue_id'), place: count(e['place']) },
      reason: reasonOf(e),
    }),
  Offered: (e) =>
    line('queue', 'warn', 'event.Offered', {
      values: { agent: word(e, 'agent_id') },
      reason: `strategy.${word(nested(e, 'reasons'), 'strategy')}`,
    }),
  Accepted: (e) =>
    line('person', 'good', 'event.Accepted', { values: { agent: word(e, 'agent_id') } }),
  Returned: (e) =>
    line('queue', 'warn', 'event.Returned', { reason: reasonOf(e), quote: word(e, 'note') }),
  WrappingUp: () => line('clock', 'person', 'event.WrappingUp'),
  Resumed: () => line('message', 'good', 'event.Resumed'),
  Released: (e) => line('close', 'quiet', 'event.Released', { reason: reasonOf(e) }),
}

export const knownEvents = Object.keys(EVENTS)
export const knownInputs = Object.keys(INPUTS)

export function eventLine(event: Doc, titles: Titles): Line {
  const tell = EVENTS[event.is]
  return tell
    ? tell(event, titles)
    : line('dot', 'quiet', 'event.other', { values: { name: event.is } })
}

export function candidatesOf(answer: Doc): Candidate[] {
  return list(answer['candidates']).map((each) => ({
    article_id: word(each, 'article_id'),
    title: word(each, 'title'),
    score: count(each['score']),
  }))
}

function botAnswered(answer: Doc, titles: Titles): Line {
  const candidates = candidatesOf(answer)
  const articleId = word(answer, 'article_id')
  const action = word(answer, 'action') || 'other'
  const said = action === 'answer' && articleId === '' ? 'say' : action
  return line('bot', action === 'hand_off' ? 'warn' : 'bot', `event.BotAnswered.${said}`, {
    values: {
      title: titles.get(articleId) ?? articleId,
      version: count(answer['article_version'], 0),
    },
    reason: reasonOf(answer),
    candidates: candidates.some((each) => each.score > 0) ? candidates.slice(0, 4) : [],
  })
}

function messageSent(event: Doc): Line {
  const author = word(event, 'author').split(':')[0] ?? ''
  const known = ['bot', 'system', 'agent', 'api'].includes(author) ? author : 'other'
  return line('reply', author === 'bot' ? 'bot' : 'person', `event.MessageSent.${known}`, {
    quote: partsText(event['parts']),
    options: partsOptions(event['parts']),
  })
}

function deliveryChanged(event: Doc): Line {
  const state = word(event, 'state')
  const tone: Tone = state === 'failed' ? 'bad' : state === 'uncertain' ? 'warn' : 'good'
  const code = word(event, 'code')
  return line('send', tone, `event.DeliveryChanged.${state}`, {
    values: { code: word(event, 'provider_code') },
    reason: code ? `reason.${code}` : '',
  })
}
