/** The keys of a conversation, with Alt so that they work while somebody types. */
import { onBeforeUnmount, onMounted } from 'vue'
import { isComposing } from '../composer/keys'

export interface TalkActs {
  reply: () => void
  note: () => void
  transfer: () => void
  end: () => void
  pick: (digit: string) => void
}

const KEYS: Readonly<Record<string, Exclude<keyof TalkActs, 'pick'>>> = {
  KeyL: 'reply',
  KeyP: 'note',
  KeyT: 'transfer',
  KeyE: 'end',
}

export function useTalkKeys(acts: TalkActs): void {
  function hear(event: KeyboardEvent): void {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return
    if (isComposing(event) || event.defaultPrevented) return
    const act = KEYS[event.code]
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1]
    if (act) acts[act]()
    else if (digit) acts.pick(digit)
    else return
    event.preventDefault()
  }
  onMounted(() => {
    addEventListener('keydown', hear)
  })
  onBeforeUnmount(() => {
    removeEventListener('keydown', hear)
  })
}
