/** The conversations of a customer, newest first, a page at a time. */
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { ToldConversation } from '../conversation/older'
import { get } from '../rest/api'

export interface Past {
  items: ShallowRef<readonly ToldConversation[]>
  state: Ref<'loading' | 'ready' | 'failed'>
  more: Ref<boolean>
  load: () => Promise<void>
}

interface Page {
  items: ToldConversation[]
  next: string | null
}

const PAGE = 20

/** `changes`: read anew when this changes (a conversation opened or closed). */
export function usePast(customerId: () => string, changes: () => string): Past {
  const items = shallowRef<readonly ToldConversation[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const more = ref(false)
  let cursor: string | null = null
  let asked = 0

  async function read(from: string | null): Promise<void> {
    asked += 1
    const mine = asked
    try {
      const page = await get<Page>('/conversations', {
        customer_id: customerId(),
        limit: String(PAGE),
        ...(from === null ? {} : { cursor: from }),
      })
      if (mine !== asked) return
      items.value = from === null ? page.items : [...items.value, ...page.items]
      cursor = page.next
      more.value = cursor !== null
      state.value = 'ready'
    } catch {
      if (mine === asked) state.value = 'failed'
    }
  }

  watch(customerId, () => {
    items.value = []
    more.value = false
    state.value = 'loading'
  })
  watch([customerId, changes], () => void read(null), { immediate: true })

  return { items, state, more, load: () => read(cursor) }
}
