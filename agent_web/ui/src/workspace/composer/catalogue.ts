/** What the bank has prepared for its agents: canned replies, dispositions, and what channels can. */
import { defineStore } from 'pinia'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { get } from '../rest/api'
import type { CardRules } from './cards/cards'
import type { FileKind, FileRules, Linked } from './fileRules'
import type { Phrase } from './phrases'

export interface Disposition {
  id: string
  group: string
  group_en: string
  name: string
  name_en: string
  position: number
}

interface Channel {
  id: string
  kind: string
  capabilities: {
    parts?: string[]
    max_text: number
    media?: FileRules
    linked?: FileKind[]
    larger_linked?: boolean
    link?: CardRules['link']
    map_url?: string
  }
}

export interface Shelf<T> {
  items: ShallowRef<readonly T[]>
  state: Ref<'empty' | 'loading' | 'ready' | 'failed'>
  /**
   * Reads it where it was not read for a while, or `anew`; what is held stays while that lasts.
   * Resolves when it was read or could not be; who asks meanwhile waits for the same reading.
   */
  load: (anew?: boolean) => Promise<void>
}

const FRESH_MS = 5 * 60_000

function shelf<T>(path: string): Shelf<T> {
  const items = shallowRef<readonly T[]>([])
  const state = ref<'empty' | 'loading' | 'ready' | 'failed'>('empty')
  let readAt = -FRESH_MS
  let reading: Promise<void> | null = null

  async function read(): Promise<void> {
    if (state.value !== 'ready') state.value = 'loading'
    try {
      items.value = (await get<{ items: T[] }>(path)).items
      readAt = performance.now()
      state.value = 'ready'
    } catch {
      if (state.value === 'loading') state.value = 'failed'
    } finally {
      reading = null
    }
  }

  async function load(anew = false): Promise<void> {
    const fresh = !anew && performance.now() - readAt < FRESH_MS
    if (anew) await reading
    if (!fresh) await (reading ??= read())
  }

  return { items, state, load }
}

export const useCatalogue = defineStore('catalogue', () => {
  const phrases = shelf<Phrase>('/phrases')
  const dispositions = shelf<Disposition>('/dispositions')
  const channels = shelf<Channel>('/channels')

  /** In characters; 0 when it is not known. */
  const mostText = (channelId: string): number =>
    channels.items.value.find((each) => each.id === channelId)?.capabilities.max_text ?? 0

  /** Whether it sends service notices, as far as is known. */
  const sendsNotices = (channelId: string): boolean =>
    channels.items.value
      .find((each) => each.id === channelId)
      ?.capabilities.parts?.includes('NoticePart') ?? false

  /** What files it sends; undefined when it is not known (yet). */
  const fileRules = (channelId: string): FileRules | undefined =>
    channels.items.value.find((each) => each.id === channelId)?.capabilities.media

  /** What files go out as a link to them. */
  function linkedFiles(channelId: string): Linked {
    const can = channels.items.value.find((each) => each.id === channelId)?.capabilities
    return { kinds: can?.linked ?? [], larger: can?.larger_linked ?? false }
  }

  /** What it makes of link cards and places; undefined when it is not known (yet). */
  function cardRules(channelId: string): CardRules | undefined {
    const can = channels.items.value.find((each) => each.id === channelId)?.capabilities
    if (!can) return undefined
    return { parts: can.parts ?? [], link: can.link ?? null, mapUrl: can.map_url ?? '' }
  }

  /** What a talk ended with, in words; the code where it has none (any more). */
  function outcome(id: string, locale: string): string {
    const found = dispositions.items.value.find((each) => each.id === id)
    return (locale === 'en' ? found?.name_en : '') || found?.name || id
  }

  return {
    phrases: phrases.items,
    phrasesState: phrases.state,
    loadPhrases: phrases.load,
    dispositions: dispositions.items,
    dispositionsState: dispositions.state,
    loadDispositions: dispositions.load,
    outcome,
    loadChannels: channels.load,
    mostText,
    sendsNotices,
    fileRules,
    linkedFiles,
    cardRules,
  }
})
