/** The bank's articles in this screen: all of them, so that a search answers at once. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { deleteArticle, getArticle, listArticles, putArticle } from './api'
import { editOf } from './edits'
import { inOrder } from './finding'
import type { Article, Content } from './types'

const MOST_PAGES = 50

export const useArticles = defineStore('articles', () => {
  const known = shallowRef(new Map<string, Article>())
  const state = ref<'loading' | 'there' | 'failed'>('loading')
  const all = computed(() => inOrder(known.value.values()))
  let asked = 0

  /** What is shown stays until everything is there. */
  async function load(): Promise<void> {
    asked += 1
    const turn = asked
    if (state.value === 'failed') state.value = 'loading'
    try {
      const rows = await everything()
      if (turn !== asked) return
      known.value = new Map(rows.map((each) => [each.id, each]))
      state.value = 'there'
    } catch {
      if (turn === asked) state.value = 'failed'
    }
  }

  async function everything(): Promise<Article[]> {
    const rows: Article[] = []
    let cursor = ''
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { items, next } = await listArticles(cursor)
      rows.push(...items)
      if (next === null) break
      cursor = next
    }
    return rows
  }

  const get = (id: string): Article | undefined => known.value.get(id)

  function take(article: Article): Article {
    known.value = new Map(known.value).set(article.id, article)
    return article
  }

  function forget(id: string): void {
    const rest = new Map(known.value)
    rest.delete(id)
    known.value = rest
  }

  /** As it stands at the hub; undefined when it is gone. */
  async function renew(id: string): Promise<Article | undefined> {
    const article = await getArticle(id).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (article) return take(article)
    forget(id)
    return undefined
  }

  const save = async (id: string, content: Content, version: number): Promise<Article> =>
    take(await putArticle(id, content, version))

  async function withdraw(article: Article): Promise<void> {
    await deleteArticle(article.id, article.version)
    await renew(article.id)
  }

  /** A removed one as it was. */
  async function bringBack(article: Article): Promise<Article> {
    const stands = await renew(article.id)
    const { title, language, text, phrasings, valid_from, valid_until } = editOf(article)
    const content = { title, language, text, phrasings, valid_from, valid_until }
    return save(article.id, content, stands?.version ?? 0)
  }

  return { all, state, load, get, take, renew, save, withdraw, bringBack }
})

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === 404
