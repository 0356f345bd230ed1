/** Language and theme of the person at the screen, remembered in this browser. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'

export type Locale = 'zh' | 'en'
export type Theme = 'light' | 'dark'

const LOCALE_KEY = 'lianluo.locale'
const THEME_KEY = 'lianluo.theme'

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // storage may be switched off; the page works without it
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    return
  }
}

/** What was chosen here before; without a choice Chinese for whoever reads it, else English. */
export function firstLocale(): Locale {
  const chosen = remembered(LOCALE_KEY)
  if (chosen === 'zh' || chosen === 'en') return chosen
  return navigator.languages.some((each) => /^zh\b/iu.test(each)) ? 'zh' : 'en'
}

export function useLocale(current: Ref<string>): { toggle: () => void } {
  const show = (locale: string): void => {
    document.documentElement.lang = locale === 'en' ? 'en' : 'zh-CN'
  }
  show(current.value)
  return {
    toggle: () => {
      current.value = current.value === 'zh' ? 'en' : 'zh'
      remember(LOCALE_KEY, current.value)
      show(current.value)
    },
  }
}

export function useTheme(): { theme: ComputedRef<Theme>; toggle: () => void } {
  const stored = remembered(THEME_KEY)
  const chosen = ref<Theme | null>(stored === 'light' || stored === 'dark' ? stored : null)
  const system = matchMedia('(prefers-color-scheme: dark)')
  const systemDark = ref(system.matches)
  const theme = computed<Theme>(() => chosen.value ?? (systemDark.value ? 'dark' : 'light'))
  const show = (): void => {
    document.documentElement.dataset['theme'] = theme.value
  }
  system.addEventListener('change', (event) => {
    systemDark.value = event.matches
    show()
  })
  show()
  return {
    theme,
    toggle: () => {
      chosen.value = theme.value === 'dark' ? 'light' : 'dark'
      remember(THEME_KEY, chosen.value)
      show()
    },
  }
}
