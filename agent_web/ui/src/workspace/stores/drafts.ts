/** What is typed and not sent, by conversation, kept in this browser for a day. */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref } from 'vue'
import { remember, remembered } from '@/shared/preferences'
import { useSession } from './session'

interface Draft {
  text: string
  at: number
}

const KEPT_MS = 24 * 3600 * 1000

export const useDrafts = defineStore('drafts', () => {
  const session = useSession()
  const key = computed(() => `lianluo.drafts.${session.me?.username ?? ''}`)
  const drafts = ref<Record<string, Draft>>({})
  let loaded = ''

  function read(): Record<string, Draft> {
    if (loaded !== key.value) {
      loaded = key.value
      drafts.value = fresh(remembered(key.value))
    }
    return drafts.value
  }

  function fresh(kept: string | null): Record<string, Draft> {
    try {
      const all = JSON.parse(kept ?? '{}') as Record<string, Draft>
      const oldest = Date.now() - KEPT_MS
      return Object.fromEntries(Object.entries(all).filter(([, each]) => each.at > oldest))
    } catch {
      return {}
    }
  }

  /** Another tab of the same browser has written: the whole of it stands in the event. */
  function onStorage(event: StorageEvent): void {
    if (event.key === key.value && event.newValue !== null) drafts.value = fresh(event.newValue)
  }
  addEventListener('storage', onStorage)
  onScopeDispose(() => {
    removeEventListener('storage', onStorage)
  })

  /** `name`: a conversation, or `note:<conversation>`. */
  const draft = (name: string): string => read()[name]?.text ?? ''
  const hasDraft = (name: string): boolean => draft(name).trim() !== ''

  function setDraft(name: string, text: string): void {
    const mine = read()
    const kept = remembered(key.value)
    const all = kept === null ? mine : fresh(kept)
    const others = Object.entries(all).filter(([each]) => each !== name)
    const own: [string, Draft][] = text === '' ? [] : [[name, { text, at: Date.now() }]]
    drafts.value = Object.fromEntries([...others, ...own])
    remember(key.value, JSON.stringify(drafts.value))
  }

  return { draft, hasDraft, setDraft }
})
