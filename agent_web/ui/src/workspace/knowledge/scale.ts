/** Figures of an answer and of a model, as they are drawn. */
import type { Candidate, Report, Tried } from './types'

export interface Bar extends Candidate {
  /** Its share of the confidence, 0 to 1: the scale the thresholds stand on. */
  share: number
}

/** The bot decides on the confidence in the first; the others have their part of it. */
export function bars(tried: Tried): Bar[] {
  const best = tried.candidates[0]?.score ?? 0
  const unit = tried.confidence > 0 && best > 0 ? tried.confidence / best : 1
  return tried.candidates.map((each) => ({ ...each, share: clamp(each.score * unit) }))
}

/** The second is too near to the first for an answer at once. */
export function unclear(tried: Tried): boolean {
  const [first, second] = tried.candidates
  return (
    tried.action === 'suggest' &&
    tried.confidence >= tried.thresholds.high &&
    first !== undefined &&
    second !== undefined &&
    second.score > first.score / 2
  )
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share))

export const percent = (share: number): string =>
  share > 0 && share < 0.005 ? '<1%' : `${Math.round(clamp(share) * 100)}%`

/** One decimal, for shares that are compared. */
export const exact = (share: number | null): string =>
  share === null ? '–' : `${(share * 100).toFixed(1)}%`

export const MEASURES = ['r1', 'r3', 'kept', 'rejected'] as const
export type Measure = (typeof MEASURES)[number]

export interface Compared {
  name: Measure
  before: number | null
  after: number
  /** In percentage points, one decimal; null without a before. */
  by: number | null
}

export const compare = (after: Report, before: Report | null): Compared[] =>
  MEASURES.map((name) => {
    const was = before?.[name] ?? null
    const is = after[name]
    const by = was === null ? null : Math.round((is - was) * 1000) / 10
    return { name, before: was, after: is, by }
  })
