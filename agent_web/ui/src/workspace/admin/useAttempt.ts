/** One call at a time, and in words why the last one was refused. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { useRefusal } from './useRefusal'

export interface Attempt {
  busy: ComputedRef<boolean>
  /** What is under way; '' when nothing is. */
  underWay: Ref<string>
  problem: Ref<string>
  /** Does nothing while another one is under way. */
  attempt: (act: () => Promise<void>, name?: string) => Promise<void>
}

export function useAttempt(why: (error: unknown) => string = useRefusal()): Attempt {
  const underWay = ref('')
  const problem = ref('')

  async function attempt(act: () => Promise<void>, name = 'it'): Promise<void> {
    if (underWay.value !== '') return
    underWay.value = name
    problem.value = ''
    try {
      await act()
    } catch (error) {
      problem.value = why(error)
    } finally {
      underWay.value = ''
    }
  }

  return { busy: computed(() => underWay.value !== ''), underWay, problem, attempt }
}
