/** Nothing moves under the hand: while the pointer is in the list, it keeps its order. */
import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { hold, type Held, type Row } from './rows'

export interface HeldList {
  shown: ComputedRef<Held>
  enter: () => void
  leave: () => void
  /** Let the new rows in although the hand is there. */
  settle: () => void
}

/** `scope` names the list: another one begins afresh. What an `own` act brought never waits. */
export function useHeld(
  rows: ComputedRef<Row[]>,
  scope: () => string,
  own: (row: Row) => boolean,
): HeldList {
  const inside = ref(false)
  const before = shallowRef<Row[]>([])
  const shown = computed<Held>(() =>
    inside.value ? hold(before.value, rows.value) : { rows: rows.value, fresh: 0 },
  )
  const settle = (): void => {
    before.value = rows.value
  }
  const known = computed(() => new Set(before.value.map((row) => row.id)))
  watch(scope, settle, { flush: 'post' })
  watch(
    () => inside.value && rows.value.some((row) => own(row) && !known.value.has(row.id)),
    (came) => {
      if (came) settle()
    },
  )
  return {
    shown,
    enter: () => {
      settle()
      inside.value = true
    },
    leave: () => {
      inside.value = false
    },
    settle,
  }
}
