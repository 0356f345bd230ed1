/** The card of each reply that is being written: one a reply, kept over a reload of this tab. */
import { defineStore } from 'pinia'
import { ref, shallowReactive, watch } from 'vue'
import type { Card } from '@/shared/protocol'
import { keep, stored } from '@/shared/tabStorage'
import { useSession } from '../../stores/session'

export const useCards = defineStore('cards', () => {
  const session = useSession()
  const drafts = shallowReactive(new Map<string, Card>())
  /** The kind that is being written in a dialog, "" for none. */
  const asking = ref<'' | Card['kind']>('')

  const keyOf = (username: string): string => `lianluo.cards.${username}`

  watch(
    () => session.me?.username ?? '',
    (now, before = '') => {
      drafts.clear()
      asking.value = ''
      if (before !== '') keep(keyOf(before), [])
      if (now === '') return
      for (const [id, card] of stored<[string, Card]>(keyOf(now))) drafts.set(id, card)
    },
    { immediate: true, flush: 'sync' },
  )

  function store(): void {
    const username = session.me?.username ?? ''
    if (username !== '') keep(keyOf(username), [...drafts])
  }

  const of = (conversationId: string): Card | undefined => drafts.get(conversationId)

  function put(conversationId: string, card: Card): void {
    drafts.set(conversationId, card)
    store()
  }

  function take(conversationId: string): Card | undefined {
    const card = drafts.get(conversationId)
    if (drafts.delete(conversationId)) store()
    return card
  }

  /** Of a reply that did not go out; one written since stays. */
  function putBack(conversationId: string, card: Card): void {
    if (!drafts.has(conversationId)) put(conversationId, card)
  }

  return { asking, of, put, take, putBack }
})
