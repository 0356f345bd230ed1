/** The screen protocol of /ws/agent, made from agent_web/protocol.py: do not edit by hand. */

export const PROTOCOL = 1

/** Each side says something at least so often, in seconds; 2.5 times this of silence is loss. */
export const HEARTBEAT_S = 10

/** RFC 3339, UTC. */
export type Instant = string

export type ClientFrame = Watch | Unwatch | Do | TypingNow | Ping

export type AgentCommand =
  | SendText
  | Note
  | Resend
  | Discard
  | SetPresence
  | Accept
  | Decline
  | Claim
  | Transfer
  | Move
  | End
  | Finish
  | HandOff

export type Card = LinkCard | PlaceCard

export type ServerFrame = Welcome | Update | Closed | Done | TypingSeen | Pong | Bye

export type ScreenDoc =
  | WorkDoc
  | ColleagueDoc
  | AgentDoc
  | QueueDoc
  | CustomerDoc
  | ConversationDoc
  | MessageDoc
  | NoteDoc
  | MarkDoc

export interface Accept {
  interaction_id: string
  epoch: number
  do: 'accept'
}

export interface Claim {
  do: 'claim'
  interaction_id: string
}

export interface Decline {
  interaction_id: string
  epoch: number
  do: 'decline'
  reason?: string
}

export interface Discard {
  do: 'discard'
  of: string
}

/** `id` is new for each act; the same one again changes nothing and answers the same. */
export interface Do {
  t: 'do'
  id: string
  command: AgentCommand
}

/** The talk is over; wrap-up begins. */
export interface End {
  interaction_id: string
  epoch: number
  do: 'end'
}

/** Wrap-up is over; the conversation closes. */
export interface Finish {
  interaction_id: string
  epoch: number
  do: 'finish'
  disposition?: string
  summary?: string
}

/** For supervisors: end the bot's part. */
export interface HandOff {
  do: 'hand_off'
  conversation_id: string
}

/** One link the customer opens; `media_id` is a picture of yours on the card. */
export interface LinkCard {
  kind: 'link'
  url: string
  title: string
  description?: string
  media_id?: string | null
}

/** For supervisors; `first`: before all who were never offered. */
export interface Move {
  do: 'move'
  interaction_id: string
  to_queue: string
  to_agent?: string
  first?: boolean
}

export interface Note {
  do: 'note'
  conversation_id: string
  text: string
}

/** `used`: hand or key touched the page since the last ping; the session lives on by that. */
export interface Ping {
  t: 'ping'
  used?: boolean
}

/** One place, in degrees by the grid the channel's map counts by (WeChat: GCJ-02). */
export interface PlaceCard {
  kind: 'place'
  latitude: number
  longitude: number
  name: string
  address?: string
}

export type Presence = 'offline' | 'ready' | 'not_ready' | 'break'

/** `of`: the key of a failed or uncertain delivery. */
export interface Resend {
  do: 'resend'
  of: string
}

/**
 * `seen`: the topic's number the author looked at; a later word of others refuses it.
 *
 * `media_ids` are files given to `POST /api/v1/media`; they are sent after the text, a `card`
 * between the two.
 */
export interface SendText {
  interaction_id: string
  epoch: number
  do: 'send'
  conversation_id: string
  text?: string | null
  media_ids?: string[]
  card?: Card | null
  seen: number
}

export interface SetPresence {
  do: 'presence'
  presence: Presence
  reason?: string
}

/** Either a queue or an agent. */
export interface Transfer {
  interaction_id: string
  epoch: number
  do: 'transfer'
  to_queue?: string
  to_agent?: string
  note?: string
}

/** Somebody writes in a conversation; said again every 3 s while it lasts. */
export interface TypingNow {
  t: 'typing'
  topic: string
}

export interface Unwatch {
  t: 'unwatch'
  topic: string
}

/** Begin or go on: `seq` is the number held, 0 for nothing. */
export interface Watch {
  t: 'watch'
  topic: string
  seq?: number
}

/**
 * `consents`: by template, how many service notices the customer still takes. `scene`: the
 * label of the code scanned last.
 */
export interface AddressShape {
  key: string
  channel_id: string
  channel_kind: string
  value: string
  display_name: string
  reachable: boolean
  windows: boolean
  grants: GrantShape[]
  consents: Record<string, number>
  scene: string
  profile: ProfileShape | null
}

/** What supervisors see of an agent, and agents of themselves. Loads count slots in use. */
export interface AgentDoc {
  seq: number
  kind: 'agent'
  id: string
  display_name: string
  presence: Presence
  presence_reason: string
  since: Instant
  connected: boolean
  screens: number
  skills: SkillShape[]
  load: Record<string, number>
  capacity: Record<string, number>
}

/**
 * The last frame before the server closes.
 *
 * `reason`: "session_ended", "too_slow", "too_many_screens", "malformed", "stopping".
 */
export interface Bye {
  t: 'bye'
  reason: string
}

/**
 * The topic is not (or no more) for this screen. `reason`: "forbidden", "unknown",
 * "too_many", "malformed".
 */
export interface Closed {
  t: 'closed'
  topic: string
  reason: string
}

/** What everybody may know of an agent: for transfers. `free` text slots left. */
export interface ColleagueDoc {
  seq: number
  kind: 'colleague'
  id: string
  display_name: string
  presence: Presence
  free: number
}

/**
 * `at_seq` is what a command sends as `seen`; `reply_to` the key of the address replied to.
 *
 * `wrap_up_until`: then the wrap-up ends by itself. `owed_since`: since then the customer waits
 * for a person's word.
 */
export interface ConversationDoc {
  seq: number
  kind: 'conversation'
  id: string
  customer_id: string
  state: string
  channel_id: string
  display_name: string
  reply_to: string
  interaction_id: string
  agent_id: string
  epoch: number
  opened_at: Instant
  updated_at: Instant
  closed_at: Instant | null
  close_reason: string
  handed_off_reason: string
  disposition: string
  summary: string
  wrap_up_until: Instant | null
  owed_since: Instant | null
  messages: number
  last_text: string
  last_kind: string
  last_author: string
  undelivered: number
}

/** `windows` of an address: the channel limits replies; `grants` are what is left. */
export interface CustomerDoc {
  seq: number
  kind: 'customer'
  id: string
  display_name: string
  language: string
  addresses: AddressShape[]
  conversations: number
}

/** `key` names the outbox row; retry and discard take it. */
export interface DeliveryDoc {
  key: string
  state: DeliveryState
  code: string
  provider_code: string
}

/** States only climb; `UNCERTAIN` is resolved by an answer, a receipt or a person. */
export type DeliveryState =
  'queued' | 'sending' | 'uncertain' | 'sent' | 'delivered' | 'read' | 'failed' | 'discarded'

/**
 * The answer to a `do`.
 *
 * `state`: "decided"; "stored" (durable, decided soon: ask again with the same id); "refused"
 * (a rule says no: `reason`); "unknown" (the store did not answer: repeat with the same id).
 */
export interface Done {
  t: 'done'
  id: string
  state: 'decided' | 'stored' | 'refused' | 'unknown'
  changed: boolean
  reason: string
  detail: string
  seq: number
  message_ids: string[]
}

export interface GoneDoc {
  kind: string
  id: string
}

/** A reply window: `left` sends until `until`; `quota` when new. */
export interface GrantShape {
  kind: string
  left: number
  quota: number
  until: Instant
}

/**
 * A line between the messages: what happened, with whom, why.
 *
 * `what`: "opened", "handed_off", "offered", "assigned", "returned", "wrap_up", "resumed",
 * "finished", "closed", "followed", "unfollowed", "signal", "rated_up", "rated_down". A hand-off
 * by the bot has its last `ranking`. "pressed", "scanned" and "followed_by_code" have the words of
 * the button or code as `detail`.
 */
export interface MarkDoc {
  seq: number
  kind: 'mark'
  id: string
  conversation_id: string
  n: number
  at: Instant
  what: string
  who: string
  detail: string
  ranking: RankingShape | null
}

export type Medium = 'text' | 'voice' | 'video' | 'mail'

/**
 * `author`: "customer", "bot", "system", "agent:<name>" or "api:<key>". `n` orders a topic: a
 * thousand times the commit's seq and the place in it.
 *
 * `parts` as they stand in the journal (`is` names the kind); a file's tells in `media_state` and
 * `file` what became of it (`hub.services.media.showing`). `withheld`: why it was not sent.
 * `bot` of an answer: action, reason, score of the best article and its id.
 */
export interface MessageDoc {
  seq: number
  kind: 'message'
  id: string
  conversation_id: string
  n: number
  at: Instant
  author: string
  parts: Record<string, unknown>[]
  deliveries: DeliveryDoc[]
  withheld: string
  resend_of: string
  command_id: string
  article: string
  score: number
  ranking: RankingShape | null
}

/** A word among colleagues. */
export interface NoteDoc {
  seq: number
  kind: 'note'
  id: string
  conversation_id: string
  n: number
  at: Instant
  author: string
  text: string
}

export interface Pong {
  t: 'pong'
  now: Instant
}

/**
 * What the provider tells of the customer. `linked`: another address here is the same person by
 * its word. `source` is its word for how the customer came.
 */
export interface ProfileShape {
  language: string
  source: string
  followed_at: Instant | null
  linked: boolean
}

/**
 * `oldest`: since when the first in line waits. `ready`: free agents who could serve it.
 *
 * `wait_s`: estimate for somebody who comes now, -1 = unknown.
 */
export interface QueueDoc {
  seq: number
  kind: 'queue'
  id: string
  name: string
  name_en: string
  skills: SkillShape[]
  waiting: number
  offered: number
  active: number
  oldest: Instant | null
  ready: number
  wait_s: number
  target_s: number
}

export interface RankedShape {
  article_id: string
  title: string
  score: number
}

/** What the bot made of a question; `question` is empty for a pressed button. */
export interface RankingShape {
  question: string
  candidates: RankedShape[]
}

export interface RefusedShape {
  reason: string
  count: number
}

export type Role = 'agent' | 'supervisor' | 'admin' | 'operator'

export interface ScoredShape {
  agent_id: string
  load: number
  idle_s: number
}

export interface SkillShape {
  skill: string
  level: number
}

/** A colleague (`who`) writes in the topic right now. */
export interface TypingSeen {
  t: 'typing'
  topic: string
  who: string
}

/** `full`: drop what you hold of the topic. `seq` holds even when nothing changed for you. */
export interface Update {
  t: 'update'
  topic: string
  seq: number
  full: boolean
  docs: ScreenDoc[]
  gone: GoneDoc[]
}

/** The first frame. `now` corrects the screen's clock; `build` changes with the program. */
export interface Welcome {
  t: 'welcome'
  protocol: number
  username: string
  display_name: string
  role: Role
  now: Instant
  build: string
  connection_id: string
  heartbeat_s: number
  bank: string
  environment: string
}

/** Why the work went to this agent. */
export interface WhyShape {
  strategy: string
  candidates: ScoredShape[]
  refused: RefusedShape[]
  eligible: number
  waited_s: number
  rules: string
}

/**
 * One interaction at the desk. Agents see their own and what waits in queues they can serve.
 *
 * `since`: of this state. `offer_until` while offered. `first`: goes before all new work of its
 * queue. `returns`: how often it came back, `returned_because` the last reason. `target`: the
 * one agent a transfer is meant for.
 */
export interface WorkDoc {
  seq: number
  kind: 'work'
  id: string
  conversation_id: string
  customer_id: string
  queue_id: string
  state: WorkState
  medium: Medium
  channel_id: string
  display_name: string
  reason: string
  language: string
  agent_id: string
  epoch: number
  waiting_since: Instant
  since: Instant
  offer_until: Instant | null
  first: boolean
  returns: number
  returned_because: string
  target: string
  note: string
  why: WhyShape | null
}

export type WorkState = 'queued' | 'offered' | 'active' | 'wrap_up'
