/** Articles for tests. */
import type { Article } from './types'

export const article = (parts: Partial<Article> = {}): Article => ({
  id: 'zh-card-loss',
  title: '银行卡丢失怎么挂失',
  language: 'zh',
  text: '请您先办理挂失。',
  phrasings: ['卡丢了', '怎么挂失'],
  valid_from: null,
  valid_until: null,
  state: 'published',
  version: 3,
  published_version: 3,
  updated_at: '2026-11-20T02:00:00Z',
  updated_by: 'agent:supervisor1',
  ...parts,
})
