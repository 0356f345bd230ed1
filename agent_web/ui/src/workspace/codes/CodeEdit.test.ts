import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { i18n } from '../locales'
import { Declined } from '../rest/api'
import type { SceneCode } from './api'
import CodeEdit from './CodeEdit.vue'

const CODE: SceneCode = {
  ...{ scene: 'branch.7', label: '浦东支行', queue_id: 'gone', url: 'http://weixin.example/q/1' },
  ...{ created_at: '2026-11-20T02:00:00Z', created_by: 'agent:admin', expires_at: null },
}
const QUEUES = [{ id: 'loan', name: '贷款', name_en: 'Loans' }]
let asked: { path: string; method: string; body: unknown }[]
let answer: () => Response

beforeEach(() => {
  asked = []
  answer = () => Response.json({ ...CODE, label: '浦东支行柜台' })
  i18n.global.locale.value = 'zh'
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push({ path, method: init.method ?? '', body: JSON.parse(init.body as string) })
    return Promise.resolve(answer())
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const why = (error: unknown): string => (error instanceof Declined ? error.reason : 'away')

async function saved(label: string, queue?: string): Promise<VueWrapper> {
  const props = { accountId: 'wechat-demo', code: CODE, queues: QUEUES, why }
  const form = mount(CodeEdit, { props, global: { plugins: [i18n] } })
  await form.find('input').setValue(label)
  if (queue !== undefined) await form.find('select').setValue(queue)
  await form.find('form').trigger('submit')
  await flushPromises()
  return form
}

it('keeps the queue nobody touched, even one that is gone', async () => {
  const form = await saved(' 浦东支行柜台 ')
  expect(form.findAll('option').map((each) => each.text())).toEqual(['按规则', '贷款', 'gone'])
  expect(asked).toEqual([
    {
      path: '/api/v1/channel-accounts/wechat-demo/qr-codes/branch.7',
      method: 'PUT',
      body: { label: '浦东支行柜台', queue_id: 'gone' },
    },
  ])
  expect(form.emitted('changed')).toEqual([[{ ...CODE, label: '浦东支行柜台' }]])
})

it('a queue as the rules say is none', async () => {
  await saved('浦东支行', '')
  expect(asked[0]?.body).toEqual({ label: '浦东支行', queue_id: null })
})

it('asks for a label before it asks the hub', async () => {
  const form = await saved('  ')
  expect(form.text()).toContain('请填写名称。')
  expect(asked).toEqual([])
})

it('stays open with what was written when the hub says no', async () => {
  answer = () => Response.json({ reason: 'unknown_queue' }, { status: 409 })
  const form = await saved('新的名称')
  expect(form.find('[role=alert]').text()).toBe('unknown_queue')
  expect(form.find('input').element.value).toBe('新的名称')
  expect(form.emitted('changed')).toBeUndefined()
})
