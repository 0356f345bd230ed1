import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { workDoc } from '../conversation/samples'
import { i18n } from '../locales'
import { usePreferences } from '../stores/preferences'
import { useServing } from '../stores/serving'
import { useAlerts } from './useAlerts'

const Screen = defineComponent({
  setup() {
    useAlerts()
    return () => h('div')
  },
})
const offer = (epoch: number) => workDoc({ state: 'offered', agent_id: 'li', epoch, seq: epoch })

let hub: PretendHub
let told: string[]

class Recorder {
  static readonly permission = 'granted'
  constructor(title: string) {
    told.push(title)
  }
  close(): void {
    told.push('closed')
  }
}

beforeEach(() => {
  told = []
  hub = pretendHub()
  vi.stubGlobal('Notification', Recorder)
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  i18n.global.locale.value = 'zh'
  const preferences = usePreferences()
  preferences.notices = 'on'
  preferences.volume = '0'
})
afterEach(() => {
  hub.leaves()
  vi.restoreAllMocks()
})

it('an offer that was accepted is not told again while the desk catches up', async () => {
  const screen = mount(Screen, { global: { plugins: [hub.pinia, i18n] } })
  hub.shows([offer(1)], 5, 'desk')
  await flushPromises()
  expect(told).toEqual(['王女士在等您接起'])
  useServing().accept(offer(1))
  await flushPromises()
  hub.answers(hub.acts()[0]?.id ?? '')
  await flushPromises()
  expect(told).toEqual(['王女士在等您接起', 'closed'])
  hub.shows([offer(2)], 9, 'desk')
  await flushPromises()
  expect(told.slice(2)).toEqual(['王女士在等您接起'])
  screen.unmount()
})

it('an offer whose acceptance was refused is told again', async () => {
  const screen = mount(Screen, { global: { plugins: [hub.pinia, i18n] } })
  hub.shows([offer(1)], 5, 'desk')
  await flushPromises()
  useServing().accept(offer(1))
  await flushPromises()
  hub.answers(hub.acts()[0]?.id ?? '', { state: 'refused', reason: 'not_now' })
  await flushPromises()
  expect(told).toEqual(['王女士在等您接起', 'closed', '王女士在等您接起'])
  screen.unmount()
})
