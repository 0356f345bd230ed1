import { enableAutoUnmount, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AgentDoc } from '@/shared/protocol'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { i18n } from '../locales'
import { useLayout } from '../stores/layout'
import { usePreferences } from '../stores/preferences'
import EmptyTalk from './EmptyTalk.vue'

let hub: PretendHub
const me = (presence: AgentDoc['presence']): AgentDoc => ({
  ...{ kind: 'agent', id: 'li', seq: 5, display_name: '李静', presence, presence_reason: '' },
  ...{ since: '2026-11-22T06:00:00Z', connected: true, screens: 1, skills: [], load: {} },
  capacity: { text: 4 },
})
const page = (): VueWrapper => mount(EmptyTalk, { global: { plugins: [hub.pinia, i18n] } })

beforeEach(() => {
  hub = pretendHub()
  usePreferences().language = 'zh'
  useLayout().scope = 'mine'
})
afterEach(() => {
  hub.leaves()
})
enableAutoUnmount(afterEach)

it('not being ready is said once, by the empty list', () => {
  hub.shows([me('not_ready')], 5, 'desk')
  const shown = page()
  expect(shown.text()).not.toContain('示闲')
  expect(shown.attributes('aria-label')).toBe('还没有示闲')
})

it('beside another list it is said here, with the button that helps', async () => {
  hub.shows([me('not_ready')], 5, 'desk')
  useLayout().scope = 'queued'
  const shown = page()
  expect(shown.get('.title').text()).toBe('还没有示闲')
  await shown.get('[data-test=go-ready]').trigger('click')
  expect(hub.acts()[0]?.command).toEqual({ do: 'presence', presence: 'ready', reason: '' })
})

it('who is ready is told what comes', () => {
  hub.shows([me('ready')], 5, 'desk')
  expect(page().get('.title').text()).toBe('等下一位客户')
})
