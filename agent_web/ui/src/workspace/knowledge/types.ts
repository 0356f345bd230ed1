/** The knowledge as `/api/v1` gives it. */
import type { Instant } from '@/shared/protocol'

export type Language = 'zh' | 'en'
/** Against what customers read now. */
export type ArticleState = 'draft' | 'published' | 'changed' | 'removed'

/** What people write of an article. */
export interface Content {
  title: string
  language: Language
  text: string
  phrasings: string[]
  valid_from: Instant | null
  valid_until: Instant | null
}

export interface Article extends Content {
  id: string
  state: ArticleState
  version: number
  published_version: number | null
  updated_at: Instant
  updated_by: string
}

/** One step of an article's history: what stood before and after. */
export interface Change {
  version: number
  at: Instant
  by: string
  act: 'added' | 'changed' | 'removed'
  what: Partial<Record<keyof Content, Difference>>
}

/** Of the phrasings: those added and removed; of a field: from what to what. */
export interface Difference {
  from?: string | null
  to?: string | null
  added?: string[]
  removed?: string[]
}

/** Shares between 0 and 1, of phrasings and lines no model had seen. */
export interface Report {
  r1: number
  r3: number
  kept: number
  rejected: number
  articles: number
  phrasings: number
  encoder: boolean
  languages: readonly { language: Language; r1: number; r3: number }[]
}

/** Of articles; `lines`: ignored questions that are refused from then on, or no longer are. */
export interface Changes {
  added: number
  changed: number
  removed: number
  lines: number
}

export type PublicationState =
  'preparing' | 'training' | 'testing' | 'published' | 'refused' | 'failed' | 'stopped'

/** `id` is the version customers read once it is published. */
export interface Publication {
  id: number
  state: PublicationState
  stage: string
  language: Language | ''
  done: number
  of: number
  reason: string
  detail: string
  report: Report | null
  by: string
  at: Instant
  ended_at: Instant | null
  changes: Changes
  /** Whose articles came back with it. */
  restored: number | null
  restorable: boolean
}

export interface Published {
  version: number
  at: Instant
  by: string
  models: Partial<Record<Language, string>>
  encoder: boolean
  report: Report | null
}

export interface Overview {
  published: Published | null
  changes: Changes
  publication: Publication | null
}

export interface Candidate {
  article_id: string
  title: string
  score: number
}

export interface Tried {
  action: 'answer' | 'suggest' | 'refuse' | 'hand_off'
  reason: string
  text: string
  language: Language
  confidence: number
  thresholds: { low: number; high: number }
  candidates: Candidate[]
  model: string
}

export type QuestionState = 'open' | 'used' | 'ignored'
/** By what is published, from the next publication on, no longer from then on. */
export type Refused = 'no' | 'next' | 'now' | 'until_next'

export interface Question {
  id: string
  text: string
  language: Language
  count: number
  last_at: Instant
  reason: string
  candidates: Candidate[]
  conversation_id: string
  state: QuestionState
  /** Whose phrasing it became. */
  article_id: string
  refused: Refused
}

export interface Page<T, Next = string> {
  items: T[]
  next: Next | null
}
