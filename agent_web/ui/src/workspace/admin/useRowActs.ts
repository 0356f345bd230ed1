/** Acts on the rows of a list, some after a question; a refusal is told in the question, or
 *  as a notice where none is asked. */
import { shallowRef, type ShallowRef } from 'vue'
import { useToasts } from '../stores/toasts'
import { useAttempt, type Attempt } from './useAttempt'

export interface RowActs<Question> extends Omit<Attempt, 'attempt'> {
  asked: ShallowRef<Question | null>
  /** null: asks no longer. */
  ask: (question: Question | null) => void
  run: (id: string, act: () => Promise<void>) => Promise<void>
}

export function useRowActs<Question>(): RowActs<Question> {
  const toasts = useToasts()
  const { attempt, ...standing } = useAttempt()
  const { busy, problem } = standing
  const asked = shallowRef<Question | null>(null)

  function ask(question: Question | null): void {
    problem.value = ''
    asked.value = question
  }

  async function run(id: string, act: () => Promise<void>): Promise<void> {
    if (busy.value) return
    await attempt(act, id)
    if (problem.value !== '' && !asked.value) toasts.say(problem.value, 'warn')
  }

  return { ...standing, asked, ask, run }
}
