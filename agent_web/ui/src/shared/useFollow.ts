/**
 * Keep a growing list at its end, but never move it under somebody's hand.
 *
 * The list follows while it stands at its end and neither pointer nor keyboard is in it; otherwise
 * what is new is counted and waits behind a button. A list at its end stays there when its own size
 * or the language changes.
 */
import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { useWords } from './useWords'

const NEAR_END_PX = 48

export interface Follow {
  /** What came since the list stopped following. */
  waiting: Ref<number>
  grown: (count?: number) => Promise<void>
  toEnd: () => Promise<void>
  onScroll: () => void
}

export function useFollow(list: Ref<HTMLElement | null>, held: () => boolean): Follow {
  const waiting = ref(0)
  let atEnd = true
  /** Only who scrolls up leaves the end; a list that shrinks has not been touched. */
  let top = Infinity

  const isAtEnd = (element: HTMLElement): boolean =>
    element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX

  async function toEnd(): Promise<void> {
    await nextTick()
    const element = list.value
    if (!element) return
    element.scrollTop = element.scrollHeight
    top = element.scrollTop
    atEnd = true
    waiting.value = 0
  }

  async function grown(count = 1): Promise<void> {
    if (atEnd && !held()) {
      await toEnd()
      return
    }
    await nextTick()
    const element = list.value
    if (!element || element.scrollHeight <= element.clientHeight) return
    if (isAtEnd(element)) return
    waiting.value += count
  }

  function onScroll(): void {
    const element = list.value
    if (!element) return
    if (isAtEnd(element)) atEnd = true
    else if (element.scrollTop < top) atEnd = false
    top = element.scrollTop
    if (atEnd) waiting.value = 0
  }

  /** What was at its end before the lines moved is at its end after it. */
  function pin(): void {
    const element = list.value
    if (element && atEnd && waiting.value === 0) element.scrollTop = element.scrollHeight
  }

  const sizes = new ResizeObserver(pin)
  onMounted(() => {
    if (list.value) sizes.observe(list.value)
  })
  onBeforeUnmount(() => {
    sizes.disconnect()
  })
  watch(useWords().locale, pin, { flush: 'post' })

  return { waiting, grown, toEnd, onScroll }
}
