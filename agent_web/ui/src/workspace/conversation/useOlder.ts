/** Earlier words of a customer, loaded when somebody asks for them and kept while the pane stands. */
import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { get } from '../rest/api'
import { entriesOf, nextGap, openingOf, type ToldPage } from './older'
import { LINES_A_COMMIT, type Entry } from './thread'

export interface Older {
  entries: Ref<readonly Entry[]>
  more: ComputedRef<boolean>
  loading: Ref<boolean>
  failed: Ref<boolean>
  load: () => Promise<void>
  /** What was loaded no longer counts, nor what is on its way. */
  forget: () => void
}

const PAGE = 100
/** Of one conversation at once; nobody reads further back than this many words in one go. */
const MOST_PAGES = 20

export async function fetchConversation(conversationId: string, before: number): Promise<Entry[]> {
  const found: Entry[] = []
  let after: number | null = 0
  for (
    let page = 0;
    page < MOST_PAGES && after !== null && after * LINES_A_COMMIT < before;
    page += 1
  ) {
    const told: ToldPage = await get(`/conversations/${conversationId}/messages`, {
      after: String(after),
      limit: String(PAGE),
    })
    found.push(...entriesOf(conversationId, told))
    after = told.next
  }
  return [...found, ...openingOf(conversationId, found)].filter((entry) => entry.n < before)
}

export function useOlder(current: () => string, live: () => readonly Entry[]): Older {
  const entries = shallowRef<readonly Entry[]>([])
  const loading = ref(false)
  const failed = ref(false)
  const ended = ref(false)
  const gap = computed(() => nextGap([...entries.value, ...live()], current()))
  const more = computed(() => gap.value !== null && !ended.value)

  let asked = 0

  function forget(): void {
    asked += 1
    entries.value = []
    loading.value = false
    failed.value = false
    ended.value = false
  }

  async function load(): Promise<void> {
    const next = gap.value
    if (!next || loading.value) return
    const own = asked
    loading.value = true
    failed.value = false
    try {
      const found = await fetchConversation(next.conversationId, next.before)
      if (own !== asked) return
      if (found.length === 0) ended.value = true
      entries.value = [...found, ...entries.value]
    } catch {
      if (own === asked) failed.value = true
    } finally {
      if (own === asked) loading.value = false
    }
  }

  return { entries, more, loading, failed, load, forget }
}
