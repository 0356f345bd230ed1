import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { createI18n } from 'vue-i18n'
import { useFollow, type Follow } from './useFollow'

let resized: () => void
let follow: Follow
let page: VueWrapper
let list: HTMLElement
const i18n = createI18n({ legacy: false, locale: 'zh', messages: { zh: {}, en: {} } })

class Observer {
  constructor(told: () => void) {
    resized = told
  }
  observe(): void {}
  disconnect(): void {}
}

function tall(height: number): void {
  Object.defineProperty(list, 'scrollHeight', { configurable: true, value: height })
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', Observer)
  const List = defineComponent(() => {
    const element = ref<HTMLElement | null>(null)
    follow = useFollow(element, () => false)
    return () => h('div', { ref: element })
  })
  page = mount(List, { global: { plugins: [i18n] } })
  list = page.element as HTMLElement
  Object.defineProperty(list, 'clientHeight', { configurable: true, value: 100 })
  tall(500)
})

afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

it('a list at its end is at its end after its size changed', async () => {
  await follow.toEnd()
  tall(800)
  resized()
  expect(list.scrollTop).toBe(800)
})

it('a list at its end is at its end after the language changed', async () => {
  await follow.toEnd()
  tall(700)
  i18n.global.locale.value = 'en'
  await nextTick()
  expect(list.scrollTop).toBe(700)
})

it('a list that was read further up stays where it is', () => {
  list.scrollTop = 20
  follow.onScroll()
  tall(800)
  resized()
  expect(list.scrollTop).toBe(20)
})

it('a scroll that is told late, after more has come, does not count as leaving the end', async () => {
  await follow.toEnd()
  tall(700)
  follow.onScroll()
  resized()
  expect(list.scrollTop).toBe(700)
})
