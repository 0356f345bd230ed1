/** Short words to the person: what could not be done, and what did happen elsewhere. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Done } from '@/shared/protocol'
import { i18n } from '../locales'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'warn'
  /** Takes back what was done. */
  undo?: () => unknown
  /** Whether it is still true: what is not is not said on. */
  holds?: () => boolean
}

const SHOWN_MS = 8000
const MOST = 3

export const useToasts = defineStore('toasts', () => {
  const said = ref<Toast[]>([])
  const shown = computed(() => said.value.filter((each) => each.holds?.() ?? true))
  let count = 0

  function dismiss(id: number): void {
    said.value = said.value.filter((each) => each.id !== id)
  }

  function say(
    text: string,
    tone: Toast['tone'] = 'plain',
    undo?: () => unknown,
    holds?: () => boolean,
  ): void {
    count += 1
    const id = count
    const toast: Toast = { id, text, tone, ...(undo && { undo }), ...(holds && { holds }) }
    said.value = [...shown.value.filter((each) => each.text !== text), toast].slice(-MOST)
    setTimeout(() => {
      dismiss(id)
    }, SHOWN_MS)
  }

  function takeBack(toast: Toast): void {
    dismiss(toast.id)
    toast.undo?.()
  }

  /** Says why something was refused; true when it was done. */
  function check(done: Done): boolean {
    if (done.state !== 'refused') return true
    const words = i18n.global
    const known = words.te(`refusal.${done.reason}`)
    const reason = words.t(`refusal.${known ? done.reason : 'other'}`, { code: done.reason })
    say(words.t('toast.refused', { reason }), 'warn')
    return false
  }

  return { shown, say, check, dismiss, takeBack }
})
