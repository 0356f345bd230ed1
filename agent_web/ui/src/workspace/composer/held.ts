/** Replies that wait for the assignment, kept in the tab's own storage until they are handed over. */
import { shallowReactive, watch } from 'vue'
import { keep, stored } from '@/shared/tabStorage'
import type { Outgoing } from './outgoing'

export interface Held {
  held: ReadonlyMap<string, Outgoing>
  hold: (line: Outgoing) => void
  release: (id: string) => void
}

const keyOf = (username: string): string => `lianluo.held.${username}`

/** `username`: whose they are, "" while nobody is signed in; who leaves leaves none. */
export function useHeld(username: () => string): Held {
  const held = shallowReactive(new Map<string, Outgoing>())

  watch(
    username,
    (now, before = '') => {
      held.clear()
      if (before !== '') keep(keyOf(before), [])
      if (now !== '') for (const line of stored<Outgoing>(keyOf(now))) held.set(line.id, line)
    },
    { immediate: true, flush: 'sync' },
  )

  function store(): void {
    if (username() !== '') keep(keyOf(username()), [...held.values()])
  }

  return {
    held,
    hold: (line) => {
      held.set(line.id, line)
      store()
    },
    release: (id) => {
      if (held.delete(id)) store()
    },
  }
}
