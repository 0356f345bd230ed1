/** The state of the canned replies over a box: what is asked for, what is pointed at. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { askedAt, fitting, type Asked, type Phrase } from './phrases'

export interface PhraseChoice {
  open: ComputedRef<boolean>
  asked: ComputedRef<Asked | null>
  found: ComputedRef<readonly Phrase[]>
  current: Ref<number>
  /** What a key does to the menu; "choose" leaves the insertion to the box, null is not for it. */
  key: (name: string) => 'moved' | 'choose' | 'closed' | null
  close: () => void
}

export function usePhraseMenu(
  text: () => string,
  caret: () => number,
  phrases: () => readonly Phrase[],
): PhraseChoice {
  const current = ref(0)
  /** Where the slash stood whose menu was sent away. */
  const away = ref(-1)
  const asked = computed(() => askedAt(text(), caret()))
  const open = computed(() => asked.value !== null && asked.value.from !== away.value)
  const found = computed(() => (asked.value ? fitting(phrases(), asked.value.query) : []))

  watch(asked, (now, before) => {
    if (now?.query !== before?.query) current.value = 0
    if (now === null) away.value = -1
  })

  function close(): void {
    away.value = asked.value?.from ?? -1
  }

  function move(step: number): 'moved' {
    const count = found.value.length
    if (count > 0) current.value = (current.value + step + count) % count
    return 'moved'
  }

  function key(name: string): 'moved' | 'choose' | 'closed' | null {
    if (!open.value) return null
    switch (name) {
      case 'ArrowDown':
        return move(1)
      case 'ArrowUp':
        return move(-1)
      case 'Escape':
        close()
        return 'closed'
      case 'Enter':
      case 'Tab':
        return found.value[current.value] ? 'choose' : null
      default:
        return null
    }
  }

  return { open, asked, found, current, key, close }
}
