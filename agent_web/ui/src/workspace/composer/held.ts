/** What waits for an answer, kept in the tab's own storage until it is handed over. */
import { shallowReactive, watch } from 'vue'
import { keep, stored } from '@/shared/tabStorage'

export interface Held<T> {
  held: ReadonlyMap<string, T>
  hold: (each: T) => void
  release: (id: string) => void
}

/** `username`: whose they are, "" while nobody is signed in; who leaves leaves none. */
export function useHeld<T extends { id: string }>(name: string, username: () => string): Held<T> {
  const held = shallowReactive(new Map<string, T>())
  const keyOf = (whose: string): string => `lianluo.${name}.${whose}`

  watch(
    username,
    (now, before = '') => {
      held.clear()
      if (before !== '') keep(keyOf(before), [])
      if (now !== '') for (const each of stored<T>(keyOf(now))) held.set(each.id, each)
    },
    { immediate: true, flush: 'sync' },
  )

  function store(): void {
    if (username() !== '') keep(keyOf(username()), [...held.values()])
  }

  return {
    held,
    hold: (each) => {
      held.set(each.id, each)
      store()
    },
    release: (id) => {
      if (held.delete(id)) store()
    },
  }
}
