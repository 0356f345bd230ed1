/** One visitor's sandbox: a pretend phone, its two streams, and what can be done with it. */
import { reactive, ref, shallowRef, type Ref } from 'vue'
import { NumberedStream, type LinkState } from '@/shared/numberedStream'
import { remember, remembered } from '@/shared/preferences'
import * as api from '../api'
import type {
  AccountMenu,
  CommitRecord,
  EventToSend,
  FileKind,
  MessageToSend,
  PhoneOwner,
  PhoneRecord,
  PhoneState,
  SandboxConfig,
  ScanCode,
  Subscription,
} from '../types'
import { emptyJournal, foldCommit, type JournalView } from './journal'
import {
  emptyPhone,
  failBubble,
  foldPhone,
  forgetBubble,
  nameBubble,
  writeBubble,
  type Bubble,
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
  /** The account's menu and its QR codes, as they were when last asked for. */
  menu: Ref<AccountMenu | null>
  codes: Ref<ScanCode[]>
  subscriptions: Ref<Subscription[]>
  send: (text: string, choice?: string) => Promise<void>
  /** Anything but text and files; `more` is how it looks until the provider has it. */
  say: (message: MessageToSend, more: Partial<Bubble>) => Promise<void>
  /** `heard`: what WeChat understood of a voice. */
  sendFile: (kind: FileKind, file: File, heard?: string) => Promise<void>
  act: (event: EventToSend) => Promise<void>
  lookAround: () => Promise<void>
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
  const menu = shallowRef<AccountMenu | null>(null)
  const codes = shallowRef<ScanCode[]>([])
  const subscriptions = shallowRef<Subscription[]>([])
  /** How to send what did not go out, by the key of its bubble. */
  const repeats = new Map<string, () => Promise<void>>()
  let streams: { open(): void; close(): void }[] = []
  let again: ReturnType<typeof setTimeout> | undefined

  async function start(): Promise<void> {
    try {
      const [settings, state] = await Promise.all([api.fetchConfig(), api.fetchPhones()])
      config.value = settings
      account.value = state.account
      see(state)
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

  function see(state: PhoneState): void {
    menu.value = state.menu ?? null
    codes.value = state.codes ?? []
    subscriptions.value = state.subscriptions ?? []
  }

  /** The account may have changed its menu or made a QR code meanwhile. */
  async function lookAround(): Promise<void> {
    try {
      see(await api.fetchPhones())
    } catch {
      return // what was seen last stays
    }
  }

  const send = (text: string, choice = ''): Promise<void> =>
    say({ type: 'text', text, ...(choice !== '' && { menu_id: choice }) }, { text, choice })

  async function say(message: MessageToSend, more: Partial<Bubble>): Promise<void> {
    await deliver(
      { msgtype: message.type, ...more },
      () => Promise.resolve(message),
      () => say(message, more),
    )
  }

  async function sendFile(kind: FileKind, file: File, heard = ''): Promise<void> {
    const shown: Partial<Bubble> = { msgtype: kind, text: heard }
    const coming = { media_id: '', type: kind, content_type: file.type, name: file.name }
    const media = { ...coming, bytes: file.size }
    await deliver(
      { ...shown, media },
      async (key, openid) => {
        const medium = await api.giveFile(openid, kind, file)
        const bubble = phone.bubbles.find((each) => each.key === key)
        if (bubble) bubble.media = medium
        const named = kind === 'file' ? { title: file.name } : {}
        return { type: kind, media_id: medium.media_id, ...(heard && { text: heard }), ...named }
      },
      () => sendFile(kind, file, heard),
    )
  }

  /** Shown at once; `make` readies the message, which may take a while. */
  async function deliver(
    look: Partial<Bubble>,
    make: (key: string, openid: string) => Promise<MessageToSend>,
    again: () => Promise<void>,
  ): Promise<void> {
    const from = owner.value
    if (!from) return
    const at = new Date().toISOString()
    const key = writeBubble(phone, look.text ?? '', look.choice ?? '', at, look)
    try {
      const taken = await api.sendMessage(from.openid, await make(key, from.openid))
      nameBubble(phone, key, taken.msg_id)
    } catch {
      failBubble(phone, key)
      repeats.set(key, again)
    }
  }

  async function sendAgain(key: string): Promise<void> {
    const again = repeats.get(key)
    repeats.delete(key)
    forgetBubble(phone, key)
    await again?.()
  }

  /** An act without words: a press on the menu, a scanned code. */
  const press = (event: EventToSend): Promise<void> =>
    act(async () => {
      const who = owner.value
      if (!who) return
      await api.sendEvent(who.openid, event)
      if (event.event === 'subscribe' || event.ticket !== undefined) who.following = true
    })

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
    ...{ menu, codes, subscriptions, lookAround, say, sendFile, act: press },
    ...{ start, stop, send, sendAgain, newCustomer, follow },
  }
}
