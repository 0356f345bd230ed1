/** One visitor's sandbox: a pretend phone, its two streams, and what can be done with it. */
import { reactive, ref, shallowRef, type Ref } from 'vue'
import { NumberedStream, type LinkState } from '@/shared/numberedStream'
import { remember, remembered } from '@/shared/preferences'
import * as api from '../api'
import type { CommitRecord, PhoneOwner, PhoneRecord, PhoneState, SandboxConfig } from '../types'
import { emptyJournal, foldCommit, type JournalView } from './journal'
import {
  emptyPhone,
  failBubble,
  foldPhone,
  forgetBubble,
  nameBubble,
  writeBubble,
  type PhoneView,
} from './phone'

const OWNER_KEY = 'lianluo.sandbox.phone'
const START_RETRY_MS = 3000

export interface Sandbox {
  config: Ref<SandboxConfig | null>
  account: Ref<PhoneState['account'] | null>
  owner: Ref<PhoneOwner | null>
  phone: PhoneView
  journal: JournalView
  links: { phone: LinkState; journal: LinkState }
  /** The hub has not answered yet at all. */
  unreachable: Ref<boolean>
  /** The last act on the desk (new customer, follow) did not work. */
  actFailed: Ref<boolean>
  start: () => Promise<void>
  stop: () => void
  send: (text: string, choice?: string) => Promise<void>
  sendAgain: (key: string) => Promise<void>
  newCustomer: () => Promise<void>
  follow: (following: boolean) => Promise<void>
}

export function useSandbox(nickname: () => string): Sandbox {
  const config = shallowRef<SandboxConfig | null>(null)
  const account = shallowRef<PhoneState['account'] | null>(null)
  const owner = ref<PhoneOwner | null>(null)
  const phone = reactive(emptyPhone())
  const journal: JournalView = reactive(emptyJournal())
  const links = reactive<Sandbox['links']>({ phone: 'connecting', journal: 'connecting' })
  const unreachable = ref(false)
  const actFailed = ref(false)
  let streams: { open(): void; close(): void }[] = []
  let again: ReturnType<typeof setTimeout> | undefined

  async function start(): Promise<void> {
    try {
      const [settings, state] = await Promise.all([api.fetchConfig(), api.fetchPhones()])
      config.value = settings
      account.value = state.account
      const kept = state.phones.find((each) => each.openid === remembered(OWNER_KEY))
      hold(kept ?? (await api.takePhone(nickname())), settings)
      unreachable.value = false
    } catch (error) {
      if (!(error instanceof api.Unreachable || error instanceof api.Declined)) throw error
      unreachable.value = true
      again = setTimeout(() => void start(), START_RETRY_MS)
    }
  }

  function hold(next: PhoneOwner, settings: SandboxConfig): void {
    closeStreams()
    Object.assign(phone, emptyPhone())
    Object.assign(journal, emptyJournal())
    owner.value = next
    remember(OWNER_KEY, next.openid)
    streams = [
      new NumberedStream<PhoneRecord>({
        url: (after) => api.phoneStreamUrl(next.openid, after),
        number: (record) => record.n,
        onRecord: (record) => {
          foldPhone(phone, record)
        },
        onState: (state) => {
          links.phone = state
          if (state === 'lost') void renewPhone(next, settings)
        },
      }),
      new NumberedStream<CommitRecord>({
        url: (after) => api.journalUrl(settings.channel_id, next.openid, after),
        onRecord: (record) => {
          foldCommit(journal, record)
        },
        onState: (state) => (links.journal = state),
      }),
    ]
    for (const stream of streams) stream.open()
  }

  /** The simulator keeps its phones in memory: after its restart this one is unknown. */
  async function renewPhone(lost: PhoneOwner, settings: SandboxConfig): Promise<void> {
    try {
      const { phones } = await api.fetchPhones()
      const gone = !phones.some((each) => each.openid === lost.openid)
      if (gone && owner.value?.openid === lost.openid) {
        hold(await api.takePhone(lost.nickname), settings)
      }
    } catch {
      return // still unreachable: the stream goes on trying
    }
  }

  function closeStreams(): void {
    for (const stream of streams) stream.close()
    streams = []
  }

  async function send(text: string, choice = ''): Promise<void> {
    const from = owner.value
    if (!from) return
    const key = writeBubble(phone, text, choice, new Date().toISOString())
    try {
      const menu = choice === '' ? {} : { menu_id: choice }
      const taken = await api.sendText(from.openid, { type: 'text', text, ...menu })
      nameBubble(phone, key, taken.msg_id)
    } catch {
      failBubble(phone, key)
    }
  }

  async function sendAgain(key: string): Promise<void> {
    const bubble = phone.bubbles.find((each) => each.key === key)
    if (!bubble) return
    forgetBubble(phone, key)
    await send(bubble.text, bubble.choice)
  }

  async function act(doing: () => Promise<void>): Promise<void> {
    actFailed.value = false
    try {
      await doing()
    } catch {
      actFailed.value = true
    }
  }

  const newCustomer = (): Promise<void> =>
    act(async () => {
      if (config.value) hold(await api.takePhone(nickname()), config.value)
    })

  const follow = (following: boolean): Promise<void> =>
    act(async () => {
      const who = owner.value
      if (!who) return
      await api.sendEvent(who.openid, { event: following ? 'subscribe' : 'unsubscribe' })
      who.following = following
    })

  function stop(): void {
    clearTimeout(again)
    closeStreams()
  }

  return {
    ...{ config, account, owner, phone, journal, links, unreachable, actFailed },
    ...{ start, stop, send, sendAgain, newCustomer, follow },
  }
}
