/** What is written and not saved, by article: it outlives a look at another page and a reload. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { keep, stored } from '@/shared/tabStorage'
import { useSession } from '../stores/session'
import { blank, editOf, isClean, newArticleId, type Edit } from './edits'
import { useArticles } from './useArticles'
import type { Language } from './types'

export const useEdits = defineStore('edits', () => {
  const session = useSession()
  const articles = useArticles()
  const key = `lianluo.knowledge.${session.me?.username ?? ''}`
  const edits = ref(new Map<string, Edit>(stored<[string, Edit]>(key)))

  watch(
    edits,
    () => {
      keep(key, [...edits.value])
    },
    { deep: true },
  )

  const unsaved = computed(() =>
    [...edits.value].filter(([, edit]) => !isClean(edit)).map(([id]) => id),
  )
  const isUnsaved = (id: string): boolean => {
    const edit = edits.value.get(id)
    return edit !== undefined && !isClean(edit)
  }

  /** Begins with what is saved, and follows it as long as nothing is written. */
  function open(id: string): void {
    const article = articles.get(id)
    if (article && !isUnsaved(id) && edits.value.get(id)?.version !== article.version)
      edits.value.set(id, editOf(article))
  }

  /** A new article; its id. */
  function begin(language: Language, first: Partial<Edit> = {}): string {
    const id = newArticleId(language)
    edits.value.set(id, { ...blank(language), ...first })
    return id
  }

  function set(id: string, edit: Edit): void {
    edits.value.set(id, edit)
  }

  function drop(id: string): void {
    edits.value.delete(id)
  }

  return { edits, unsaved, isUnsaved, open, begin, set, drop }
})
