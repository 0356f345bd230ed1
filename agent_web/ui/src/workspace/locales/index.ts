/** The workspace's languages: zh first, en complete (a test compares the keys). */
import { createI18n } from 'vue-i18n'
import { firstLocale } from '@/shared/preferences'
import { talk as talkEn } from './conversation.en'
import { talk as talkZh } from './conversation.zh'
import { en } from './en'
import { zh } from './zh'

export const messages = { zh: { ...zh, talk: talkZh }, en: { ...en, talk: talkEn } }

export const i18n = createI18n({
  legacy: false,
  locale: firstLocale(),
  fallbackLocale: 'zh',
  messages,
})
