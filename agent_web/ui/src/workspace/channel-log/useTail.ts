/** Follows the newest rows; they wait while somebody points at the list. */
import { computed, onBeforeUnmount, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { Paged } from '../admin/usePaged'
import type { Exchange } from './api'
import type { PageOf } from '../admin/usePaged'
import { merged, newer } from './tail'

const EVERY_MS = 3000

export interface Tail {
  live: Ref<boolean>
  waiting: ComputedRef<number>
  /** More came at once than one page holds: rows between are missing here. */
  gap: Ref<boolean>
  show: () => void
}

export function useTail(
  list: Paged<Exchange>,
  newest: () => Promise<PageOf<Exchange>>,
  held: () => boolean,
): Tail {
  const live = ref(false)
  const fresh = shallowRef<readonly Exchange[]>([])
  const gap = ref(false)
  let asking = false

  function show(): void {
    list.swap((shown) => merged(fresh.value, shown))
    fresh.value = []
  }

  async function look(): Promise<void> {
    if (asking || document.hidden || list.state.value !== 'there') return
    asking = true
    const before = list.items.value
    try {
      const page = await newest()
      if (before !== list.items.value) return // another filter meanwhile
      const found = newer(page.items, before)
      gap.value ||= before.length > 0 && found.length === page.items.length && page.next !== null
      fresh.value = found
      list.trouble.value = null
      if (found.length > 0 && !held()) show()
    } catch (error) {
      list.trouble.value = error
    } finally {
      asking = false
    }
  }

  const ticking = setInterval(() => {
    if (live.value) void look()
  }, EVERY_MS)
  watch(live, (on) => {
    if (on) void look()
  })
  watch(list.items, (items) => {
    const first = items[0]
    if (first) fresh.value = fresh.value.filter(({ id }) => id > first.id)
  })
  onBeforeUnmount(() => {
    clearInterval(ticking)
  })
  return { live, waiting: computed(() => fresh.value.length), gap, show }
}
