/** The desk as this screen may see it: work, queues, agents, colleagues. */
import { defineStore } from 'pinia'
import { computed, reactive, watch } from 'vue'
import { keep, stored } from '@/shared/tabStorage'
import type { AgentDoc, ColleagueDoc, Done, Presence, QueueDoc, WorkDoc } from '@/shared/protocol'
import { queueName as wordsOf } from '../queues/queueName'
import { useCommands } from './commands'
import { useLink } from './link'
import { usePreferences } from './preferences'
import { useSession } from './session'

export const DESK = 'desk'

const byWaiting = (a: WorkDoc, b: WorkDoc): number => a.waiting_since.localeCompare(b.waiting_since)
const byName = <D extends { id: string }>(a: D, b: D): number => a.id.localeCompare(b.id)

export const useDesk = defineStore('desk', () => {
  const link = useLink()
  const session = useSession()
  const preferences = usePreferences()
  const commands = useCommands()

  const topic = computed(() => link.topic(DESK))
  /** The first picture of the desk is there. */
  const ready = computed(() => topic.value?.at.state === 'live')
  const work = computed<WorkDoc[]>(() => (topic.value?.all('work') ?? []).sort(byWaiting))
  const queued = computed(() => work.value.filter((each) => each.state === 'queued'))
  const queues = computed<QueueDoc[]>(() => (topic.value?.all('queue') ?? []).sort(byName))
  const agents = computed<AgentDoc[]>(() => (topic.value?.all('agent') ?? []).sort(byName))
  const colleagues = computed<ColleagueDoc[]>(() =>
    (topic.value?.all('colleague') ?? []).filter((each) => each.id !== self.value).sort(byName),
  )
  const self = computed(() => session.me?.username ?? '')
  /** The desk's view of the person here; undefined for who takes no work. */
  const me = computed(() => topic.value?.get('agent', self.value))
  const assigned = computed(() => work.value.filter((each) => each.agent_id === self.value))
  const mine = computed(() =>
    assigned.value.filter((each) => each.state === 'active' || each.state === 'wrap_up'),
  )
  const offers = computed(() => assigned.value.filter((each) => each.state === 'offered'))
  const byConversation = computed(
    () => new Map(work.value.map((each) => [each.conversation_id, each])),
  )

  const workOf = (conversationId: string): WorkDoc | undefined =>
    byConversation.value.get(conversationId)
  const isMine = (conversationId: string): boolean =>
    mine.value.some((each) => each.conversation_id === conversationId)

  const queueName = (queueId: string): string =>
    wordsOf(topic.value?.get('queue', queueId), queueId, preferences.language)

  /** Names seen once: who has signed out has one still. */
  const names = reactive(new Map<string, string>())
  const namesKey = computed(() => `lianluo.names.${self.value}`)
  watch(
    namesKey,
    (key) => {
      names.clear()
      for (const [id, name] of stored<[string, string]>(key)) names.set(id, name)
    },
    { immediate: true, flush: 'sync' },
  )
  watch([agents, colleagues], (known) => {
    const fresh = known.flat().filter(({ id, display_name }) => names.get(id) !== display_name)
    for (const { id, display_name } of fresh) names.set(id, display_name)
    if (fresh.length > 0) keep(namesKey.value, [...names])
  })

  /** `agentId`: a user name, with or without "agent:"; the answer for somebody never seen. */
  function agentName(agentId: string): string {
    const id = agentId.replace(/^agent:/, '')
    if (id === self.value && session.me) return session.me.display_name
    return (
      topic.value?.get('colleague', id)?.display_name ??
      topic.value?.get('agent', id)?.display_name ??
      names.get(id) ??
      id
    )
  }

  const accept = ({ id, epoch }: WorkDoc): Promise<Done> =>
    commands.do({ do: 'accept', interaction_id: id, epoch })
  const decline = ({ id, epoch }: WorkDoc, reason = ''): Promise<Done> =>
    commands.do({ do: 'decline', interaction_id: id, epoch, reason })
  const claim = ({ id }: WorkDoc): Promise<Done> => commands.do({ do: 'claim', interaction_id: id })
  const setPresence = (presence: Presence, reason = ''): Promise<Done> =>
    commands.do({ do: 'presence', presence, reason })

  return {
    ready,
    work,
    queued,
    queues,
    agents,
    colleagues,
    me,
    mine,
    offers,
    workOf,
    isMine,
    queueName,
    agentName,
    accept,
    decline,
    claim,
    setPresence,
  }
})
