/** Questions the bot could not answer, as this screen shows and settles them. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { listQuestions, settleQuestion, type QuestionAct } from './api'
import type { Question, QuestionState } from './types'

/** Of the candidates, each with a key. */
export const OFFERED = 3

/** A settled one keeps its place until the list is read anew. */
export interface Row extends Question {
  busy: boolean
}

const rowOf = (question: Question): Row => ({ ...question, busy: false })

export const useQuestions = defineStore('questions', () => {
  const shown = ref<QuestionState>('open')
  const rows = shallowRef<Row[]>([])
  const state = ref<'loading' | 'there' | 'more' | 'failed'>('loading')
  const next = ref<number | null>(null)
  let turn = 0
  let askedMore = false

  /** As far as the list is read. */
  const openCount = computed(() => rows.value.filter((each) => each.state === 'open').length)

  async function load(): Promise<void> {
    turn += 1
    const mine = turn
    askedMore = false
    state.value = 'loading'
    try {
      const page = await listQuestions(shown.value, null)
      if (mine !== turn) return
      rows.value = page.items.map(rowOf)
      next.value = page.next
      state.value = 'there'
    } catch {
      if (mine === turn) state.value = 'failed'
    }
  }

  async function more(): Promise<void> {
    if (next.value === null || state.value === 'more') return
    const mine = turn
    askedMore = true
    state.value = 'more'
    try {
      const page = await listQuestions(shown.value, next.value)
      if (mine !== turn) return
      const known = new Set(rows.value.map(({ id }) => id))
      rows.value = [...rows.value, ...page.items.filter(({ id }) => !known.has(id)).map(rowOf)]
      next.value = page.next
      state.value = 'there'
    } catch {
      if (mine === turn) state.value = 'failed'
    }
  }

  /** What failed, once more. */
  const again = (): Promise<void> => (askedMore ? more() : load())

  function show(wanted: QuestionState): void {
    shown.value = wanted
    rows.value = []
    void load()
  }

  function put(id: string, parts: Partial<Row>): void {
    rows.value = rows.value.map((each) => (each.id === id ? { ...each, ...parts } : each))
  }

  async function settle(id: string, act: QuestionAct): Promise<void> {
    put(id, { busy: true })
    try {
      put(id, rowOf(await settleQuestion(id, act)))
    } catch (error) {
      put(id, { busy: false })
      throw error
    }
  }

  return { shown, rows, state, next, openCount, load, more, again, show, settle }
})
