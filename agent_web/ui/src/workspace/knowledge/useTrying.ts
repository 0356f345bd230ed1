/** What was asked in the try-it box, newest last. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { tryQuestion } from './api'
import type { Tried } from './types'

export interface Turn {
  id: number
  text: string
  state: 'asking' | 'there' | 'failed'
  tried: Tried | null
}

const MOST = 30

export const useTrying = defineStore('trying', () => {
  const turns = shallowRef<Turn[]>([])
  const typed = ref('')
  let count = 0

  const put = (turn: Turn): void => {
    turns.value = turns.value.map((each) => (each.id === turn.id ? turn : each))
  }

  async function ask(text: string): Promise<void> {
    count += 1
    const turn: Turn = { id: count, text, state: 'asking', tried: null }
    turns.value = [...turns.value, turn].slice(-MOST)
    typed.value = ''
    try {
      put({ ...turn, state: 'there', tried: await tryQuestion(text) })
    } catch {
      put({ ...turn, state: 'failed' })
      if (typed.value === '') typed.value = text
    }
  }

  function clear(): void {
    turns.value = []
  }

  return { turns, typed, ask, clear }
})
