/** How far the person has seen each conversation, remembered in this browser. */
import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { remember, remembered } from '@/shared/preferences'
import { useSession } from './session'

const KEPT = 300

export const useSeen = defineStore('seen', () => {
  const session = useSession()
  const until = shallowReactive(new Map<string, number>())
  const key = (): string => `lianluo.seen.${session.me?.username ?? ''}`

  watch(
    () => session.me?.username,
    () => {
      until.clear()
      for (const [id, n] of stored(remembered(key()))) until.set(id, n)
    },
    { immediate: true, flush: 'sync' },
  )

  function mark(conversationId: string, n: number): void {
    if ((until.get(conversationId) ?? 0) >= n) return
    until.delete(conversationId) // the latest stand last, the oldest go first
    until.set(conversationId, n)
    remember(key(), JSON.stringify([...until].slice(-KEPT)))
  }

  return { until: (conversationId: string) => until.get(conversationId) ?? 0, mark }
})

function stored(kept: string | null): [string, number][] {
  try {
    return JSON.parse(kept ?? '[]') as [string, number][]
  } catch {
    return []
  }
}
