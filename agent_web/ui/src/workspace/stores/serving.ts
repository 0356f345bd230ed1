/** Opening, accepting, declining and taking conversations, from wherever it is asked. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Done, WorkDoc } from '@/shared/protocol'
import { i18n } from '../locales'
import { useConversations } from './conversations'
import { useDesk } from './desk'
import { useLayout } from './layout'
import { useToasts } from './toasts'

export const useServing = defineStore('serving', () => {
  const desk = useDesk()
  const conversations = useConversations()
  const layout = useLayout()
  const toasts = useToasts()
  /** Interactions whose answer is under way, with what was asked. */
  const asked = shallowReactive(new Map<string, 'accept' | 'decline' | 'claim'>())

  /** Offers whose answer the hub has taken; its picture of the desk may come a moment later. */
  const taken = shallowReactive(new Set<string>())
  const offerOf = ({ id, epoch }: WorkDoc): string => `${id} ${epoch}`
  const answered = (work: WorkDoc): boolean => asked.has(work.id) || taken.has(offerOf(work))

  function open(conversationId: string): void {
    conversations.select(conversationId)
    layout.page = 'talk'
  }

  async function ask(
    work: WorkDoc,
    what: 'accept' | 'decline' | 'claim',
    act: () => Promise<Done>,
  ): Promise<void> {
    if (asked.has(work.id)) return
    asked.set(work.id, what)
    try {
      const done = await act()
      if (done.state === 'decided') taken.add(offerOf(work))
      if (done.state === 'refused' && done.reason === 'offer_over')
        toasts.say(i18n.global.t('offer.gone'), 'warn')
      else toasts.check(done)
    } finally {
      asked.delete(work.id)
    }
  }

  /** The conversation opens at once; its box waits by itself until the hub has agreed. */
  function accept(work: WorkDoc): void {
    if (asked.has(work.id)) return
    open(work.conversation_id)
    layout.scope = 'mine'
    void ask(work, 'accept', () => desk.accept(work))
  }

  const decline = (work: WorkDoc): void => {
    void ask(work, 'decline', () => desk.decline(work))
  }

  function claim(work: WorkDoc): void {
    if (asked.has(work.id)) return
    open(work.conversation_id)
    layout.scope = 'mine'
    void ask(work, 'claim', () => desk.claim(work))
  }

  return { asked, answered, open, accept, decline, claim }
})
