/** One article being written: saved, thrown away, removed, or met by somebody else's version. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useWords } from '@/shared/useWords'
import { useToasts } from '../stores/toasts'
import { settleQuestion } from './api'
import { contentOf, faults, isClean, merged, type Choices, type Edit, type Fault } from './edits'
import { owners } from './phrasings'
import type { Article } from './types'
import { useAdding } from './useAdding'
import { useArticles } from './useArticles'
import { useEdits } from './useEdits'
import { isConflict, useSaying } from './useSaying'

export interface ArticleEdit {
  article: ComputedRef<Article | undefined>
  edit: ComputedRef<Edit | undefined>
  dirty: ComputedRef<boolean>
  wrong: ComputedRef<Fault[]>
  elsewhere: ComputedRef<ReadonlyMap<string, string>>
  /** Saving was tried, so faults are shown everywhere. */
  tried: Ref<boolean>
  busy: Ref<boolean>
  /** Somebody else saved meanwhile; `theirs` is undefined when they removed it. */
  conflict: ComputedRef<{ theirs: Article | undefined } | null>
  save: () => Promise<boolean>
  discard: () => void
  remove: () => Promise<void>
  bringBack: () => Promise<void>
  merge: (choices: Choices) => void
}

export function useArticleEdit(id: () => string): ArticleEdit {
  const { t } = useWords()
  const toasts = useToasts()
  const articles = useArticles()
  const edits = useEdits()
  const { followUp } = useAdding()
  const { sorry } = useSaying()
  const busy = ref(false)
  const tried = ref(false)

  const article = computed(() => articles.get(id()))
  const edit = computed(() => edits.edits.get(id()))
  const dirty = computed(() => edit.value !== undefined && !isClean(edit.value))
  /** Whose each wording of the other articles is. */
  const elsewhere = computed(() => owners(articles.all, id(), edit.value?.language ?? 'zh'))
  const wrong = computed(() => (edit.value ? faults(edit.value, elsewhere.value) : []))
  const conflict = computed(() => {
    const [mine, theirs] = [edit.value, article.value]
    if (!mine || !dirty.value || busy.value || articles.state !== 'there') return null
    if (mine.version === (theirs?.version ?? 0)) return null
    return { theirs: theirs?.state === 'removed' ? undefined : theirs }
  })

  watch(
    [id, article],
    ([now], earlier) => {
      if (now !== earlier[0]) tried.value = false
      edits.open(now)
    },
    { immediate: true },
  )

  async function save(): Promise<boolean> {
    const mine = edit.value
    tried.value = true
    if (!mine || busy.value || wrong.value.length > 0 || conflict.value?.theirs) return false
    busy.value = true
    try {
      const version = conflict.value ? (article.value?.version ?? 0) : mine.version
      await articles.save(id(), contentOf(mine), version)
      edits.drop(id())
      edits.open(id())
      tried.value = false
      toasts.say(t('knowledge.editor.saved'))
      if (mine.question !== '') await settle(mine.question)
      return true
    } catch (error) {
      if (isConflict(error)) await articles.renew(id()).catch(sorry)
      else sorry(error)
      return false
    } finally {
      busy.value = false
    }
  }

  async function settle(question: string): Promise<void> {
    await settleQuestion(question, { act: 'phrasing', article_id: id() })
    await followUp(id())
  }

  function discard(): void {
    const mine = edit.value
    if (!mine) return
    const key = id()
    edits.drop(key)
    edits.open(key)
    toasts.say(t('knowledge.editor.discarded'), 'plain', () => {
      edits.set(key, mine)
    })
  }

  async function remove(): Promise<void> {
    const going = article.value
    if (!going) return
    const mine = edit.value
    busy.value = true
    try {
      await articles.withdraw(going)
      edits.drop(going.id)
      edits.open(going.id)
      toasts.say(t('knowledge.editor.removed', { title: going.title }), 'plain', async () => {
        await back(going)
        const now = articles.get(going.id)
        if (mine && now && !isClean(mine)) edits.set(going.id, { ...mine, version: now.version })
      })
    } catch (error) {
      if (isConflict(error)) await articles.renew(going.id).catch(sorry)
      sorry(error)
    } finally {
      busy.value = false
    }
  }

  async function back(removed: Article): Promise<void> {
    try {
      await articles.bringBack(removed)
      edits.open(removed.id)
      toasts.say(t('knowledge.editor.restored', { title: removed.title }))
    } catch (error) {
      sorry(error)
    }
  }

  async function bringBack(): Promise<void> {
    if (article.value) await back(article.value)
  }

  function merge(choices: Choices): void {
    const [mine, theirs] = [edit.value, article.value]
    if (!mine) return
    if (theirs && theirs.state !== 'removed') edits.set(id(), merged(mine, theirs, choices))
    else edits.set(id(), { ...mine, version: theirs?.version ?? 0 })
    toasts.say(t('knowledge.conflict.merged'))
  }

  return {
    ...{ article, edit, dirty, wrong, elsewhere, tried, busy, conflict },
    ...{ save, discard, remove, bringBack, merge },
  }
}
