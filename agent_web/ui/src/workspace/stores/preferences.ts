/** How the person likes the screen, remembered in this browser. */
import { defineStore } from 'pinia'
import { computed, ref, watch, watchEffect, type Ref } from 'vue'
import { firstLocale, remember, remembered, type Locale, type Theme } from '@/shared/preferences'
import { i18n } from '../locales'

export type ThemeChoice = Theme | 'system'
export type Density = 'comfortable' | 'compact'

const choice = <T extends string>(key: string, allowed: readonly T[], first: T): Ref<T> => {
  const kept = remembered(key) as T | null
  const chosen = ref(kept !== null && allowed.includes(kept) ? kept : first) as Ref<T>
  watch(chosen, (value) => {
    remember(key, value)
  })
  return chosen
}

export const usePreferences = defineStore('preferences', () => {
  const language = choice<Locale>('lianluo.locale', ['zh', 'en'], firstLocale())
  const theme = choice<ThemeChoice>('lianluo.theme', ['light', 'dark', 'system'], 'system')
  const density = choice<Density>('lianluo.density', ['comfortable', 'compact'], 'comfortable')
  const volume = choice('lianluo.volume', ['0', '1', '2', '3', '4'], '2')
  /** Desktop notices while the tab is hidden; the browser asks once more. */
  const notices = choice('lianluo.notices', ['on', 'off'], 'off')

  const system = matchMedia('(prefers-color-scheme: dark)')
  const systemDark = ref(system.matches)
  system.addEventListener('change', (event) => {
    systemDark.value = event.matches
  })
  const shownTheme = computed<Theme>(() =>
    theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value,
  )

  watchEffect(() => {
    const page = document.documentElement
    page.lang = language.value === 'en' ? 'en' : 'zh-CN'
    page.dataset['theme'] = shownTheme.value
    page.dataset['density'] = density.value
    page.classList.toggle('dark', shownTheme.value === 'dark')
    i18n.global.locale.value = language.value
  })

  return { language, theme, shownTheme, density, volume, notices }
})
