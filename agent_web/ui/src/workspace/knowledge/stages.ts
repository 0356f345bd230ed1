/** How far a publication is. */
import type { Publication, PublicationState } from './types'

export const STAGES = ['preparing', 'training', 'testing', 'published'] as const

const OVER: readonly PublicationState[] = ['published', 'refused', 'failed', 'stopped']

export const isOver = (publication: Publication): boolean => OVER.includes(publication.state)

export type StageMark = 'done' | 'now' | 'ahead'

export function stageMarks(publication: Publication): { name: string; mark: StageMark }[] {
  const at = STAGES.findIndex((each) => each === publication.state)
  return STAGES.map((name, index) => ({
    name,
    mark: index < at ? 'done' : index === at ? 'now' : 'ahead',
  }))
}

/** Of the step it is at, 0 to 1; null while nothing can be counted. */
export function stepShare({ done, of }: Publication): number | null {
  return of > 0 ? Math.min(1, done / of) : null
}
