/** Conversations of before, page by page from the REST list. */
import { ref, shallowRef } from 'vue'
import { fetchConversations, type ConversationRow } from '../rest/conversations'

export type ArchiveState = 'idle' | 'loading' | 'failed' | 'end'

export function useArchive(query: () => Record<string, string>) {
  const rows = shallowRef<ConversationRow[]>([])
  const state = ref<ArchiveState>('idle')
  let cursor = ''

  async function more(): Promise<void> {
    if (state.value === 'loading' || state.value === 'end') return
    state.value = 'loading'
    try {
      const asked: Record<string, string> = { ...query(), limit: '50' }
      if (cursor !== '') asked['cursor'] = cursor
      const page = await fetchConversations(asked)
      rows.value = [...rows.value, ...page.items]
      cursor = page.next ?? ''
      state.value = page.next === null ? 'end' : 'idle'
    } catch {
      state.value = 'failed'
    }
  }

  /** From the newest again. */
  async function restart(): Promise<void> {
    cursor = ''
    rows.value = []
    state.value = 'idle'
    await more()
  }

  return { rows, state, more, restart }
}
