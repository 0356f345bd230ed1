/**
 * Makes an offer heard and seen: rings until it is answered or gone, marks the tab's title, and
 * shows a desktop notice while the tab is hidden.
 */
import { computed, onBeforeUnmount, watch } from 'vue'
import { since } from '@/shared/duration'
import { useWords } from '@/shared/useWords'
import { useCodeWords } from '../shell/words'
import { useConversations } from '../stores/conversations'
import { useDesk } from '../stores/desk'
import { useLink } from '../stores/link'
import { usePreferences } from '../stores/preferences'
import { useServing } from '../stores/serving'
import { readySound, ring } from './sounds'
import { waitedOf } from './waited'

const PAUSE_MS = 2000

export function useAlerts(): void {
  const { t } = useWords()
  const words = useCodeWords()
  const desk = useDesk()
  const link = useLink()
  const preferences = usePreferences()
  const conversations = useConversations()
  const serving = useServing()
  const unanswered = computed(() => desk.offers.filter((each) => !serving.answered(each)))
  const notices = new Map<string, Notification>()
  let ringing: ReturnType<typeof setInterval> | undefined

  const sound = (): void => {
    ring(Number(preferences.volume))
  }

  watch(
    () => unanswered.value.length > 0,
    (calls) => {
      clearInterval(ringing)
      if (!calls) return
      sound()
      ringing = setInterval(sound, PAUSE_MS)
    },
    { immediate: true },
  )

  /** A message in a tab nobody looks at makes one sound. */
  watch(
    () => conversations.unreadInAll,
    (count, before) => {
      if (count > before && !conversations.attended) sound()
    },
  )

  watch(
    () => [unanswered.value.length, conversations.unreadInAll, preferences.language] as const,
    ([calls, unread]) => {
      const page = `${t('page.workspace')} · ${t('brand')}`
      if (calls > 0) document.title = `(${calls}) ${t('offer.title')} · ${t('brand')}`
      else document.title = unread > 0 ? `(${unread}) ${page}` : page
    },
    { immediate: true },
  )

  watch(unanswered, (offers) => {
    const ids = new Set(offers.map((each) => each.id))
    for (const [id, notice] of notices) {
      if (ids.has(id)) continue
      notice.close()
      notices.delete(id)
    }
    if (!document.hidden || preferences.notices === 'off') return
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    for (const work of offers) {
      if (notices.has(work.id)) continue
      const waited = waitedOf(work, conversations.timeline(work.conversation_id))
      const notice = new Notification(
        t('offer.notice', { name: words.customer(work.display_name, work.customer_id) }),
        {
          body: t('offer.noticeBody', {
            queue: desk.queueName(work.queue_id),
            waited: t(`offer.waits.${waited.of}`, { time: since(waited.from, link.now) }),
          }),
          tag: work.id,
        },
      )
      notice.onclick = () => {
        window.focus()
      }
      notices.set(work.id, notice)
    }
  })

  addEventListener('pointerdown', readySound)
  addEventListener('keydown', readySound)
  onBeforeUnmount(() => {
    clearInterval(ringing)
    for (const notice of notices.values()) notice.close()
    removeEventListener('pointerdown', readySound)
    removeEventListener('keydown', readySound)
  })
}
