/** Search: what is in hand at once, everything else from the hub a moment later. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { listedRow, mineRow, type Row } from '../list/rows'
import { Unreachable } from '../rest/api'
import { fetchConversations, type ConversationRow } from '../rest/conversations'
import { useConversations } from '../stores/conversations'
import { useDesk } from '../stores/desk'
import { useSession } from '../stores/session'

const PAUSE_MS = 250
const MOST = '20'

export interface Search {
  query: Ref<string>
  mine: ComputedRef<Row[]>
  others: ComputedRef<Row[]>
  state: Ref<'idle' | 'loading' | 'failed'>
}

export function useSearch(): Search {
  const desk = useDesk()
  const session = useSession()
  const conversations = useConversations()
  const query = ref('')
  const found = shallowRef<ConversationRow[]>([])
  const state = ref<'idle' | 'loading' | 'failed'>('idle')
  let waiting: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  const words = computed(() => query.value.trim().toLowerCase())
  const said = (conversationId: string): string[] =>
    conversations
      .timeline(conversationId)
      .flatMap((each) =>
        each.kind === 'message'
          ? each.parts.map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
          : [],
      )

  /** The hub knows more of their words than this screen does. */
  const known = computed(() => new Set(found.value.map((each) => each.id)))
  const mine = computed(() =>
    desk.mine
      .filter(
        (work) =>
          known.value.has(work.conversation_id) ||
          [work.display_name, work.conversation_id, ...said(work.conversation_id)].some((text) =>
            text.toLowerCase().includes(words.value),
          ),
      )
      .map((work) =>
        mineRow(work, conversations.conversation(work.conversation_id), {
          unread: 0,
          draft: false,
        }),
      ),
  )
  const others = computed(() => {
    const shown = new Set(mine.value.map((row) => row.id))
    return found.value.filter((each) => !shown.has(each.id)).map(listedRow)
  })

  async function ask(text: string, turn: number): Promise<void> {
    try {
      const { items } = await fetchConversations({ q: text, limit: MOST })
      if (turn !== asked) return
      found.value = items
      state.value = 'idle'
    } catch (error) {
      if (turn === asked && error instanceof Unreachable) state.value = 'failed'
    }
  }

  function search(text: string): void {
    clearTimeout(waiting)
    asked += 1
    const turn = asked
    state.value = text === '' ? 'idle' : 'loading'
    if (text === '') found.value = []
    else waiting = setTimeout(() => void ask(text, turn), PAUSE_MS)
  }

  watch(words, search)
  watch(
    () => session.state === 'in',
    (back) => {
      if (back) search(words.value)
    },
  )

  return { query, mine, others, state }
}
