/** The rows of each scope. */
import { computed, type ComputedRef } from 'vue'
import { LIVE_LIST, useConversations } from '../stores/conversations'
import { useDesk } from '../stores/desk'
import type { Scope } from '../stores/layout'
import { useLink } from '../stores/link'
import { useSession } from '../stores/session'
import { byNeed, byTurn, listedRow, mineRow, queuedRow, type Row } from './rows'
import type { useArchive } from './useArchive'

export function useRows(
  scope: () => Scope,
  archive: ReturnType<typeof useArchive>,
): { rows: ComputedRef<Row[]>; ready: ComputedRef<boolean> } {
  const desk = useDesk()
  const link = useLink()
  const session = useSession()
  const conversations = useConversations()

  const targets = computed(
    () => new Map(desk.queues.map((each) => [each.id, each.target_s * 1000])),
  )
  const mine = computed(() =>
    desk.mine
      .map((work) =>
        mineRow(work, conversations.conversation(work.conversation_id), {
          unread: conversations.unread(work.conversation_id),
          draft: conversations.hasDraft(work.conversation_id),
        }),
      )
      .sort(byNeed),
  )
  const queued = computed(() =>
    [...desk.queued]
      .sort(byTurn)
      .map((work) => queuedRow(work, targets.value.get(work.queue_id) ?? 0)),
  )
  const all = computed(() => {
    const live = session.isLead ? conversations.live : []
    const known = new Set(live.map((each) => each.id))
    return [...live, ...archive.rows.value.filter((each) => !known.has(each.id))].map(listedRow)
  })

  const rows = computed(() => ({ mine, queued, all })[scope()].value)
  const ready = computed(() => {
    if (scope() !== 'all') return desk.ready
    if (session.isLead) return link.topic(LIVE_LIST)?.at.state === 'live'
    return archive.state.value !== 'idle' || archive.rows.value.length > 0
  })
  return { rows, ready }
}
