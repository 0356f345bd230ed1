/** Calls of the knowledge's routes. */
import { get, post, put, remove } from '../rest/api'
import type {
  Article,
  Change,
  Content,
  Overview,
  Page,
  Publication,
  Question,
  QuestionState,
  Tried,
} from './types'

const at = (id: string): string => `/articles/${encodeURIComponent(id)}`

export const listArticles = (cursor: string): Promise<Page<Article>> =>
  get('/articles', { limit: '100', ...(cursor !== '' && { cursor }) })
export const getArticle = (id: string): Promise<Article> => get(at(id))
export const putArticle = (id: string, content: Content, version: number): Promise<Article> =>
  put(at(id), { version, ...content })
export const deleteArticle = (id: string, version: number): Promise<void> =>
  remove(`${at(id)}?version=${version}`)

export const listHistory = async (id: string): Promise<Change[]> =>
  (await get<{ items: Change[] }>(`${at(id)}/history`)).items

export const getOverview = (): Promise<Overview> => get('/knowledge')
export const startPublication = (evenIfWorse: boolean): Promise<Publication> =>
  post('/knowledge/publications', evenIfWorse ? { even_if_worse: true } : {})
export const listPublications = async (): Promise<Publication[]> =>
  (await get<Page<Publication>>('/knowledge/publications')).items
export const getPublication = (id: number): Promise<Publication> =>
  get(`/knowledge/publications/${id}`)
export const stopPublication = (id: number): Promise<Publication> =>
  post(`/knowledge/publications/${id}/stop`)
export const restorePublication = (id: number): Promise<unknown> =>
  post(`/knowledge/publications/${id}/restore`)

export const tryQuestion = (text: string): Promise<Tried> => post('/knowledge/try', { text })

export const listQuestions = (
  state: QuestionState,
  cursor: number | null,
): Promise<Page<Question, number>> =>
  get('/knowledge/unanswered', { state, ...(cursor !== null && { cursor: String(cursor) }) })

export type QuestionAct =
  { act: 'phrasing'; article_id: string } | { act: 'ignore' } | { act: 'reopen' }

export const settleQuestion = (id: string, act: QuestionAct): Promise<Question> =>
  post(`/knowledge/unanswered/${encodeURIComponent(id)}`, act)
