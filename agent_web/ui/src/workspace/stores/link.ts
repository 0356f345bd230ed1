/** The connection of this screen: its state, the hub's time, what is watched, who is typing. */
import { defineStore } from 'pinia'
import { computed, markRaw, onScopeDispose, ref, shallowReactive, type ComputedRef } from 'vue'
import type { TypingSeen, Update } from '@/shared/protocol'
import { ScreenClient, type Link } from '../socket/client'
import type { TopicDocs } from '../socket/topic'
import { useSession } from './session'

const TYPING_MS = 5000
const SECOND_MS = 1000

const address = (): string => location.origin.replace(/^http/, 'ws') + '/ws/agent'

export const useLink = defineStore('link', () => {
  const session = useSession()
  /** Why the hub closed the line for good; "" while it did not. */
  const dismissed = ref('')
  const typists = shallowReactive(new Map<string, { who: string; until: number }>())
  const listeners = new Set<(update: Update) => void>()
  const client = markRaw(
    new ScreenClient(address(), {
      welcome: (frame) => {
        session.welcomed(frame)
      },
      doubtful: () => void session.check(),
      dismissed: (reason) => (dismissed.value = reason),
      typing: ({ topic, who }: TypingSeen) => {
        typists.set(topic, { who, until: Date.now() + TYPING_MS })
      },
      heard: (update) => {
        for (const listener of listeners) listener(update)
      },
    }),
  )

  const state: ComputedRef<Link> = computed(() => client.link.state)
  /** The hub's time in milliseconds, once a second: what timers on the screen count from. */
  const now = ref(client.clock.now())
  const ticking = setInterval(() => {
    now.value = client.clock.now()
    for (const [topic, { until }] of typists) if (until < Date.now()) typists.delete(topic)
  }, SECOND_MS)
  onScopeDispose(() => {
    clearInterval(ticking)
    client.stop()
  })

  function start(): void {
    dismissed.value = ''
    client.start(session.me?.username ?? '')
  }

  /** The line waits for a new sign-in; what is on the screen stays. */
  function pause(): void {
    client.stop()
  }

  function stop(): void {
    client.stop()
    client.forgetAll()
    client.pending.abandon()
  }

  /** A topic somebody watches already, for reading. */
  const topic = (name: string): TopicDocs | undefined => client.topics.get(name)
  const typing = (name: string): string => typists.get(name)?.who ?? ''

  /** Every update as it comes, for what counts events rather than shows documents. */
  function listen(listener: (update: Update) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return { client, state, now, dismissed, start, pause, stop, topic, typing, listen }
})
