/** The page's languages: zh first, en complete (a test compares the keys). */
import { createI18n } from 'vue-i18n'
import { firstLocale } from '@/shared/preferences'
import { en } from './en'
import { zh } from './zh'

export const i18n = createI18n({
  legacy: false,
  locale: firstLocale(),
  fallbackLocale: 'zh',
  messages: { zh, en },
})
