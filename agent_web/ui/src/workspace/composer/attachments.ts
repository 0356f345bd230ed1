/** Files on their way into a reply: uploaded at once, sent with the words, kept over a reload. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { keep, stored } from '@/shared/tabStorage'
import { Declined } from '../rest/api'
import { Stopped, upload, type Uploaded } from '../rest/upload'
import { useSession } from '../stores/session'
import { useCatalogue } from './catalogue'
import { kindOf, objection, typeOf, type FileKind, type Objection } from './fileRules'

/**
 * `uploading`: or waiting for the channel's rules; `refused`: by these, nothing was uploaded;
 * `failed`: the hub said no, or nothing.
 */
export type AttachmentState = 'uploading' | 'ready' | 'refused' | 'failed'

export interface Attachment {
  key: number
  conversationId: string
  name: string
  size: number
  kind: FileKind
  state: AttachmentState
  /** 0 to 1. */
  progress: number
  objection: Objection | null
  /** Why the hub did not take it; "unreachable" when it did not answer. */
  code: string
  uploaded: Uploaded | null
}

export const MOST_FILES = 9

interface Kept {
  conversationId: string
  uploaded: Uploaded
}

export const useAttachments = defineStore('attachments', () => {
  const session = useSession()
  const catalogue = useCatalogue()
  const all = ref<Attachment[]>([])
  const running = new Map<number, { file: File; stop: () => void }>()
  /** What was sent from this tab, so that it can be named until the conversation shows it. */
  const known = new Map<string, Uploaded>()
  let count = 0

  const storageKey = (username: string): string => `lianluo.files.${username}`

  watch(
    () => session.me?.username ?? '',
    (now, before = '') => {
      for (const { stop } of running.values()) stop()
      running.clear()
      all.value = []
      if (before !== '') keep(storageKey(before), [])
      if (now === '') return
      for (const { conversationId, uploaded } of stored<Kept>(storageKey(now)))
        addReady(conversationId, uploaded)
    },
    { immediate: true, flush: 'sync' },
  )

  function store(): void {
    const username = session.me?.username ?? ''
    if (username === '') return
    const kept = all.value.flatMap(({ conversationId, uploaded }) =>
      uploaded ? [{ conversationId, uploaded }] : [],
    )
    keep(storageKey(username), kept)
  }

  const of = (conversationId: string): Attachment[] =>
    all.value.filter((each) => each.conversationId === conversationId)

  function blank(conversationId: string, name: string, size: number, kind: FileKind): Attachment {
    count += 1
    const attachment: Attachment = {
      ...{ key: count, conversationId, name, size, kind, state: 'uploading', progress: 0 },
      ...{ objection: null, code: '', uploaded: null },
    }
    return attachment
  }

  function addReady(conversationId: string, uploaded: Uploaded): void {
    const { name, size, kind } = uploaded
    known.set(uploaded.media_id, uploaded)
    const ready: Attachment = {
      ...blank(conversationId, name, size, kind),
      ...{ state: 'ready', progress: 1, uploaded },
    }
    all.value.push(ready)
  }

  /** Returns how many there was no room for. */
  function add(conversationId: string, channelId: string, files: readonly File[]): number {
    const room = MOST_FILES - of(conversationId).filter((each) => each.state !== 'refused').length
    for (const file of files.slice(0, Math.max(0, room))) {
      const attachment = blank(conversationId, file.name, file.size, kindOf(typeOf(file)))
      all.value.push(attachment)
      void judge(attachment.key, file, channelId)
    }
    return Math.max(0, files.length - room)
  }

  /** Uploads it unless the channel would not send it; where that cannot be learnt, the hub judges. */
  async function judge(key: number, file: File, channelId: string): Promise<void> {
    running.set(key, { file, stop: () => undefined })
    if (!catalogue.fileRules(channelId)) await catalogue.loadChannels()
    if (!running.has(key)) return
    const against = objection(
      file,
      catalogue.fileRules(channelId),
      catalogue.linkedFiles(channelId),
    )
    if (against) {
      running.delete(key)
      change(key, { state: 'refused', objection: against })
    } else start(key, file)
  }

  function start(key: number, file: File): void {
    const going = upload(file, (share) => {
      change(key, { progress: share })
    })
    running.set(key, { file, stop: going.stop })
    going.done.then(
      (uploaded) => {
        running.delete(key)
        known.set(uploaded.media_id, uploaded)
        change(key, { state: 'ready', progress: 1, uploaded, kind: uploaded.kind })
        store()
      },
      (error: unknown) => {
        if (error instanceof Stopped) return
        change(key, {
          state: 'failed',
          code: error instanceof Declined ? error.reason || String(error.status) : 'unreachable',
        })
      },
    )
  }

  function change(key: number, now: Partial<Attachment>): void {
    const found = all.value.find((each) => each.key === key)
    if (found) Object.assign(found, now)
  }

  function again(key: number): void {
    const file = running.get(key)?.file
    if (!file) return
    change(key, { state: 'uploading', progress: 0, code: '' })
    start(key, file)
  }

  /** Gives it up; what has been uploaded is forgotten by the hub within a day. */
  function drop(key: number): void {
    running.get(key)?.stop()
    running.delete(key)
    all.value = all.value.filter((each) => each.key !== key)
    store()
  }

  /** The ids of what goes out with this reply; they leave the tray, and what was refused too. */
  function take(conversationId: string): string[] {
    const ready = of(conversationId).filter((each) => each.uploaded !== null)
    all.value = all.value.filter(
      (each) =>
        !ready.includes(each) &&
        (each.conversationId !== conversationId || each.state !== 'refused'),
    )
    store()
    return ready.flatMap((each) => (each.uploaded ? [each.uploaded.media_id] : []))
  }

  /** A reply that did not go out gives its files back. */
  function putBack(conversationId: string, mediaIds: readonly string[]): void {
    const there = of(conversationId).flatMap((each) => each.uploaded?.media_id ?? [])
    for (const id of mediaIds.filter((each) => !there.includes(each))) {
      const uploaded = known.get(id)
      if (uploaded) addReady(conversationId, uploaded)
    }
    store()
  }

  const told = (mediaId: string): Uploaded | undefined => known.get(mediaId)

  return { of, add, again, drop, take, putBack, told }
})
