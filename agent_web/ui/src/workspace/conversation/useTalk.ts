/** One conversation as the pane shows it: live while it may be watched, else read from the API. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { AddressShape, ConversationDoc, CustomerDoc, WorkDoc } from '@/shared/protocol'
import { useSending } from '../composer/sending'
import { get } from '../rest/api'
import { useConversations } from '../stores/conversations'
import { useDesk } from '../stores/desk'
import { useLink } from '../stores/link'
import type { Mode } from './mode'
import { asDoc, type ToldConversation } from './older'
import { inOrder, type Entry } from './thread'
import { useOlder, type Older } from './useOlder'

/** `hidden`: neither live nor in the archive for this person (yet). */
export type Reading = 'opening' | 'live' | 'archive' | 'hidden' | 'failed'

const LAG_MS = 250
const NOT_OURS: ReadonlySet<Mode> = new Set<Mode>(['elsewhere', 'waiting', 'offered'])

export interface Talk {
  conversation: ComputedRef<ConversationDoc | undefined>
  customer: ComputedRef<CustomerDoc | undefined>
  work: ComputedRef<WorkDoc | undefined>
  mode: ComputedRef<Mode>
  reading: ComputedRef<Reading>
  /** Since when an open conversation has stood still here, in milliseconds; 0: it does not. */
  frozenAt: ComputedRef<number>
  /** Of the whole customer, in order. */
  entries: ComputedRef<readonly Entry[]>
  /** Of this conversation alone. */
  own: ComputedRef<readonly Entry[]>
  address: ComputedRef<AddressShape | undefined>
  older: Older
  /** The end was asked for here, and not yet answered. */
  ending: Ref<boolean>
  retry: () => void
}

export function useTalk(conversationId: () => string): Talk {
  const conversations = useConversations()
  const desk = useDesk()
  const link = useLink()
  const sending = useSending()
  const told = shallowRef<ConversationDoc | undefined>()
  const toldAt = ref(0)
  const archive = ref<'' | 'hidden' | 'failed'>('')
  const ending = ref(false)

  const topic = computed(() => conversations.topicOf(conversationId()))
  const live = computed<Entry[]>(() => conversations.timeline(conversationId()))
  const older = useOlder(conversationId, () => live.value)
  const conversation = computed(() => conversations.conversation(conversationId()) ?? told.value)
  const customer = computed(() => conversations.customer(conversationId()))
  const work = computed(() => desk.workOf(conversationId()))
  const known = computed(() => {
    const live = sending.mode(conversationId())
    return live === 'elsewhere' && told.value?.state === 'closed' ? 'closed' : live
  })
  const mode = computed<Mode>(() =>
    ending.value && known.value === 'mine' ? 'wrap_up' : known.value,
  )
  const entries = computed(() => inOrder(merged(older.entries.value, live.value)))
  const own = computed(() =>
    entries.value.filter((entry) => entry.conversation_id === conversationId()),
  )
  const address = computed(() =>
    customer.value?.addresses.find((each) => each.key === conversation.value?.reply_to),
  )

  const reading = computed<Reading>(() => {
    if (topic.value?.at.state === 'live') return 'live'
    if (archive.value !== '') return archive.value
    return told.value ? 'archive' : 'opening'
  })
  const frozenAt = computed(() =>
    reading.value === 'archive' && NOT_OURS.has(known.value) ? toldAt.value : 0,
  )

  let asked = 0
  async function read(): Promise<void> {
    const own = ++asked
    archive.value = ''
    try {
      const found = await get<ToldConversation>(`/conversations/${conversationId()}`)
      if (own !== asked) return
      if (lags(found)) {
        setTimeout(() => own === asked && void read(), LAG_MS)
        return
      }
      told.value = asDoc(found)
      toldAt.value = link.now
      await older.load()
    } catch (error) {
      if (own === asked) archive.value = isMissing(error) ? 'hidden' : 'failed'
    }
  }

  /** Whoever may read an open conversation may watch it: the lists of the API follow in a moment. */
  const lags = ({ state }: ToldConversation): boolean =>
    state !== 'closed' && topic.value?.at.reason === 'forbidden'

  /** What the API told ends where the live topic begins again, and is asked for anew after it. */
  function forget(): void {
    asked += 1
    told.value = undefined
    archive.value = ''
    older.forget()
  }

  watch(conversationId, () => {
    ending.value = false
  })
  watch(
    [conversationId, () => topic.value?.at.state] as const,
    ([id, state], [before]) => {
      if (id !== before || state === 'live') forget()
      if (id !== '' && state === 'closed' && told.value === undefined) void read()
    },
    { immediate: true, flush: 'sync' },
  )
  watch(known, (now) => {
    if (now !== 'mine') ending.value = false
  })

  return {
    ...{ conversation, customer, work, mode, reading, frozenAt, entries, own, address, older },
    ending,
    retry: () => void read(),
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && (error.status === 404 || error.status === 403)

/** What the API told gives way to what is live. */
function merged(told: readonly Entry[], live: readonly Entry[]): Entry[] {
  const ids = new Set(live.map((entry) => `${entry.kind} ${entry.id}`))
  return [...told.filter((entry) => !ids.has(`${entry.kind} ${entry.id}`)), ...live]
}
