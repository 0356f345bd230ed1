/** A customer's words become a phrasing of an article. */
import { useWords } from '@/shared/useWords'
import { useToasts } from '../stores/toasts'
import { contentOf, isClean, merged } from './edits'
import { add, alike } from './phrasings'
import type { Article } from './types'
import { useArticles } from './useArticles'
import { useEdits } from './useEdits'
import { useSaying } from './useSaying'

export interface Adding {
  /** Saved at once, or put into what is being written of that article. */
  addPhrasing: (article: Article, text: string) => Promise<void>
  takeOut: (articleId: string, text: string) => Promise<void>
  /** The hub wrote into the article itself: what is being written of it goes on from there. */
  followUp: (articleId: string) => Promise<void>
}

export function useAdding(): Adding {
  const { t } = useWords()
  const toasts = useToasts()
  const articles = useArticles()
  const edits = useEdits()
  const { sorry } = useSaying()

  async function addPhrasing({ id, title }: Article, text: string): Promise<void> {
    const edit = edits.edits.get(id)
    if (edit && !isClean(edit)) {
      const { phrasings, added } = add(edit.phrasings, [text])
      edits.set(id, { ...edit, phrasings })
      toasts.say(t(`knowledge.try.${added > 0 ? 'usedDraft' : 'already'}`, { title }))
      return
    }
    try {
      await save(id, title, text)
    } catch (error) {
      sorry(error)
    }
  }

  async function save(id: string, title: string, text: string): Promise<void> {
    const article = await articles.renew(id)
    if (!article) return
    const { phrasings, added } = add(article.phrasings, [text])
    if (added === 0) {
      toasts.say(t('knowledge.try.already', { title }))
      return
    }
    await articles.save(id, { ...contentOf(article), phrasings }, article.version)
    toasts.say(t('knowledge.try.used', { title }), 'plain', () => takeOut(id, text))
  }

  async function takeOut(id: string, text: string): Promise<void> {
    try {
      const seen = articles.get(id)
      const article = await articles.renew(id)
      if (!article || article.state === 'removed') return
      const phrasings = article.phrasings.filter((each) => alike(each) !== alike(text))
      const saved = await articles.save(id, { ...contentOf(article), phrasings }, article.version)
      goOn(seen, saved)
      toasts.say(t('knowledge.try.undone'))
    } catch (error) {
      sorry(error)
    }
  }

  async function followUp(articleId: string): Promise<void> {
    const seen = articles.get(articleId)
    const article = await articles.renew(articleId)
    if (article) goOn(seen, article)
  }

  /** What is being written was begun from what this screen knew before. */
  function goOn(seen: Article | undefined, now: Article): void {
    const edit = edits.edits.get(now.id)
    if (edit && edit.version === seen?.version)
      edits.set(now.id, merged(edit, now, { phrasings: 'both' }))
  }

  return { addPhrasing, takeOut, followUp }
}
