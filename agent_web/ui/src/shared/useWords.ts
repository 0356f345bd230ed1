/** The words of the chosen language. */
import type { WritableComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

export interface Words {
  locale: WritableComputedRef<string>
  t: (key: string, values?: Record<string, unknown>) => string
  has: (key: string) => boolean
  list: (key: string) => string[]
}

export function useWords(): Words {
  const i18n = useI18n()
  return {
    locale: i18n.locale,
    t: (key, values = {}) => i18n.t(key, values),
    has: (key) => i18n.te(key),
    list: (key) => {
      const found: unknown = i18n.tm(key)
      return Array.isArray(found) ? found.map((each) => i18n.rt(each as string)) : []
    },
  }
}
