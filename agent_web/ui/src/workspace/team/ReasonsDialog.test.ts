import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { workDoc } from '../conversation/samples'
import { i18n } from '../locales'
import { usePreferences } from '../stores/preferences'
import ReasonsDialog from './ReasonsDialog.vue'

const NEVER = '还没有派过单。'
const AT = '2026-11-22T06:02:10.000Z'
const step = (what: string, reason = ''): object => ({
  ...{ seq: 7, at: AT, rules: 'desk/2.x', what, agent_id: 'wang', epoch: 1 },
  ...{ reason, queue_id: 'loan', reasons: null },
})
let hub: PretendHub

beforeEach(() => {
  hub = pretendHub()
  usePreferences().language = 'zh'
})
afterEach(() => {
  hub.leaves()
})
enableAutoUnmount(afterEach)

async function shown(answer: () => Promise<Response>): Promise<string> {
  vi.stubGlobal('fetch', answer)
  const dialog = mount(ReasonsDialog, {
    props: { work: workDoc({ state: 'queued', agent_id: '', why: null }) },
    global: { plugins: [hub.pinia, i18n], stubs: { teleport: true } },
  })
  await flushPromises()
  return dialog.text()
}
const trail = (...events: object[]): Promise<string> =>
  shown(() => Promise.resolve(Response.json({ events })))

it('work that was never offered says so, once', async () => {
  expect((await trail(step('queued'))).split(NEVER)).toHaveLength(2)
})

it('work whose offer was missed was offered', async () => {
  const text = await trail(step('queued'), step('offered'), step('returned', 'no_answer'))
  expect(text).toContain('派给 wang')
  expect(text).toContain('收回：未应答')
  expect(text).not.toContain(NEVER)
})

it('while the trail is unknown nothing is claimed', async () => {
  const text = await shown(() => Promise.reject(new Error('cut')))
  expect(text).toContain('派单经过没有取到')
  expect(text).not.toContain(NEVER)
})
