/** What is said with the customers of this screen: open topics, what was seen, what is typed. */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, watch } from 'vue'
import type { ConversationDoc, CustomerDoc, MarkDoc, MessageDoc, NoteDoc } from '@/shared/protocol'
import type { TopicDocs } from '../socket/topic'
import { useDesk } from './desk'
import { useDrafts } from './drafts'
import { useLink } from './link'
import { useSeen } from './seen'
import { useSession } from './session'

export type TimelineDoc = MessageDoc | NoteDoc | MarkDoc

export const LIVE_LIST = 'conversations'
const KEPT_OPEN = 8
const RETRY_MS = 1000

/** A conversation is `<customer>.<count>`. */
export const customerOf = (conversationId: string): string =>
  conversationId.slice(0, conversationId.lastIndexOf('.'))
export const topicNameOf = (conversationId: string): string =>
  `customer:${customerOf(conversationId)}`

const byNumber = (a: TimelineDoc, b: TimelineDoc): number => a.n - b.n

export const useConversations = defineStore('conversations', () => {
  const link = useLink()
  const desk = useDesk()
  const session = useSession()
  const drafts = useDrafts()
  const seen = useSeen()

  const selected = ref('')
  /** Looked at lately, newest first: their topics stay open, so that going back is instant. */
  const recent = ref<string[]>([])
  /** Whether somebody is looking: the tab is shown and has the keyboard. */
  const attended = ref(!document.hidden && document.hasFocus())
  const attend = (): void => {
    attended.value = !document.hidden && document.hasFocus()
  }
  addEventListener('focus', attend)
  addEventListener('blur', attend)
  document.addEventListener('visibilitychange', attend)
  onScopeDispose(() => {
    removeEventListener('focus', attend)
    removeEventListener('blur', attend)
    document.removeEventListener('visibilitychange', attend)
  })

  function select(conversationId: string): void {
    selected.value = conversationId
    if (conversationId === '') return
    recent.value = [
      conversationId,
      ...recent.value.filter((each) => each !== conversationId),
    ].slice(0, KEPT_OPEN)
  }

  watch(
    () => session.me?.username,
    () => {
      selected.value = ''
      recent.value = []
    },
    { flush: 'sync' },
  )

  /** Where the selected conversation stands among the pages. */
  const place = computed(() =>
    selected.value === ''
      ? { name: 'work' }
      : { name: 'talk', params: { conversationId: selected.value } },
  )

  // -------------------------------------------------------------- topics
  const served = computed(() => [...desk.mine, ...desk.offers].map((each) => each.conversation_id))
  const wanted = computed(
    () => new Set([...served.value, ...recent.value].map((each) => topicNameOf(each))),
  )
  const opened = new Set<string>()
  watch(
    [wanted, () => session.me?.username],
    ([names, who], before) => {
      for (const name of opened) if (!names.has(name)) link.client.unwatch(name)
      const asked = new Set(who === before[1] ? opened : [])
      opened.clear()
      for (const name of names) {
        if (!asked.has(name)) link.client.watch(name)
        opened.add(name)
      }
    },
    { immediate: true },
  )
  /** The desk may give work a moment before the customer's stream knows it. */
  const refused = computed(() =>
    served.value.map(topicNameOf).filter((name) => link.topic(name)?.at.state === 'closed'),
  )
  watch(refused, (names) => {
    if (names.length === 0) return
    setTimeout(() => {
      for (const name of refused.value) link.client.watch(name)
    }, RETRY_MS)
  })

  const topicOf = (conversationId: string): TopicDocs | undefined =>
    link.topic(topicNameOf(conversationId))

  /** The number a command sends as `seen`: how much of the customer's stream is on this screen. */
  const seqOf = (conversationId: string): number => topicOf(conversationId)?.at.seq ?? 0

  const conversation = (conversationId: string): ConversationDoc | undefined =>
    topicOf(conversationId)?.get('conversation', conversationId) ??
    link.topic(LIVE_LIST)?.get('conversation', conversationId)

  const customer = (conversationId: string): CustomerDoc | undefined =>
    topicOf(conversationId)?.get('customer', customerOf(conversationId))

  /** Everything of the customer that is on this screen, of all conversations, in order. */
  function timeline(conversationId: string): TimelineDoc[] {
    const topic = topicOf(conversationId)
    if (!topic) return []
    return [...topic.all('message'), ...topic.all('note'), ...topic.all('mark')].sort(byNumber)
  }

  // -------------------------------------------------------------- unread
  const said = (conversationId: string, author: string): MessageDoc[] =>
    (topicOf(conversationId)?.all('message') ?? []).filter(
      (each) => each.conversation_id === conversationId && each.author === author,
    )
  const lastOf = (messages: MessageDoc[]): number =>
    messages.reduce((last, each) => Math.max(last, each.n), 0)

  /** Not seen in this browser, nor answered by the person from another. */
  const unread = (conversationId: string): number => {
    const answered = lastOf(said(conversationId, session.author))
    const until = Math.max(seen.until(conversationId), answered)
    return said(conversationId, 'customer').filter((each) => each.n > until).length
  }
  const unreadInAll = computed(() =>
    desk.mine.reduce((sum, each) => sum + unread(each.conversation_id), 0),
  )

  watch(
    () => (attended.value && selected.value !== '' ? lastOf(said(selected.value, 'customer')) : 0),
    (last) => {
      if (last > 0) seen.mark(selected.value, last)
    },
  )

  // -------------------------------------------------------------- typing
  const typist = (conversationId: string): string => link.typing(topicNameOf(conversationId))
  const sayTyping = (conversationId: string): void => {
    link.client.typing(topicNameOf(conversationId))
  }

  /** The live list, for supervisors; newest first. */
  const live = computed<ConversationDoc[]>(() =>
    (link.topic(LIVE_LIST)?.all('conversation') ?? []).sort((a, b) =>
      b.updated_at.localeCompare(a.updated_at),
    ),
  )

  return {
    selected,
    place,
    attended,
    select,
    topicOf,
    seqOf,
    conversation,
    customer,
    timeline,
    unread,
    unreadInAll,
    typist,
    sayTyping,
    live,
    draft: drafts.draft,
    setDraft: drafts.setDraft,
    hasDraft: drafts.hasDraft,
  }
})
