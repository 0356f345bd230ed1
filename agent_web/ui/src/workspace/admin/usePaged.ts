/** A list that comes in pages. What is shown stays when a later page does not come. */
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'

export interface PageOf<T> {
  items: T[]
  next: string | number | null
}

export interface Paged<T> {
  items: ShallowRef<readonly T[]>
  state: Ref<'loading' | 'there' | 'failed'>
  /** The last page or the last refresh did not come. */
  trouble: Ref<unknown>
  /** What did not come, once more. */
  again: () => Promise<void>
  more: ComputedRef<boolean>
  /** From the first page on; rows on the screen stay until it is there. */
  load: () => Promise<void>
  next: () => Promise<void>
  swap: (change: (items: readonly T[]) => readonly T[]) => void
}

/** What stands below or instead of the rows needs no more of a list than this. */
export type Shown = Pick<Paged<unknown>, 'state' | 'trouble' | 'more' | 'again' | 'next'>

export function usePaged<T>(fetchPage: (cursor: string) => Promise<PageOf<T>>): Paged<T> {
  const items = shallowRef<readonly T[]>([])
  const state = ref<'loading' | 'there' | 'failed'>('loading')
  const trouble = ref<unknown>(null)
  const cursor = ref('')
  let turn = 0
  let asked = ''

  async function ask(from: string): Promise<void> {
    turn += 1
    asked = from
    const mine = turn
    try {
      const page = await fetchPage(from)
      if (mine !== turn) return
      items.value = from === '' ? page.items : [...items.value, ...page.items]
      cursor.value = page.next === null ? '' : String(page.next)
      state.value = 'there'
      trouble.value = null
    } catch (error) {
      if (mine !== turn) return
      trouble.value = error
      if (state.value === 'loading') state.value = 'failed'
    }
  }

  function load(): Promise<void> {
    if (state.value === 'failed') state.value = 'loading'
    return ask('')
  }

  return {
    items,
    state,
    trouble,
    more: computed(() => cursor.value !== ''),
    load,
    again: () => (asked === '' ? load() : ask(asked)),
    next: () => ask(cursor.value),
    swap: (change) => {
      items.value = change(items.value)
    },
  }
}
