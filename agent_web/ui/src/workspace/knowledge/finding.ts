/** Which articles the list shows. */
import { standing } from './edits'
import { alike } from './phrasings'
import type { Article, ArticleState, Language } from './types'

export interface Filter {
  words: string
  language: Language | ''
  state: ArticleState | ''
}

const says = (article: Article): string =>
  [article.title, article.text, article.id, ...article.phrasings].join('\n').toLowerCase()

/** Every word has to occur somewhere in it. */
export function matches(article: Article, words: string): boolean {
  const wanted = words.toLowerCase().split(/\s+/u).filter(Boolean)
  if (wanted.length === 0) return true
  const said = says(article)
  return wanted.every((word) => said.includes(word))
}

export function found(articles: readonly Article[], filter: Filter): Article[] {
  return articles.filter(
    (each) =>
      (filter.language === '' || each.language === filter.language) &&
      (filter.state === '' || each.state === filter.state) &&
      matches(each, filter.words),
  )
}

export const STATES = ['draft', 'changed', 'removed', 'published'] as const

export function counts(articles: readonly Article[]): Record<ArticleState, number> {
  const all = { draft: 0, published: 0, changed: 0, removed: 0 }
  for (const each of articles) all[each.state] += 1
  return all
}

/** What is not published yet in front, then by language and title. */
export function inOrder(articles: Iterable<Article>): Article[] {
  return [...articles].sort(
    (a, b) =>
      Number(a.state === 'published') - Number(b.state === 'published') ||
      b.language.localeCompare(a.language) ||
      a.title.localeCompare(b.title, 'zh-Hans-CN'),
  )
}

export const expired = (articles: readonly Article[], now: number): Article[] =>
  articles.filter((each) => standing(each, now) === 'expired')

/** For choosing an article by a word: titles that begin with it first. */
export function picked(articles: readonly Article[], words: string, most: number): Article[] {
  const key = alike(words)
  const rank = (each: Article): number => {
    const title = alike(each.title)
    return title.startsWith(key) ? 0 : title.includes(key) ? 1 : 2
  }
  return articles
    .filter((each) => each.state !== 'removed' && matches(each, words))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, most)
}
