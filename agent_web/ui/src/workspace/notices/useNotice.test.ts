import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { useNotice, type NoticeWriting } from './useNotice'

const LOAN = {
  ...{ id: 'tm', title: '还款提醒', kind: 'template', lasting: false, enabled: true, example: '' },
  fields: [{ name: 'amount1', label: '金额', type: 'amount', most: 16, choices: [] }],
}
const OFF = { ...LOAN, id: 'off', enabled: false }

let scope: EffectScope
let asked: { path: string; body: Record<string, unknown> }[]
let answers: (() => Response)[]
let templates: object[]

beforeEach(() => {
  asked = []
  answers = []
  templates = [LOAN, OFF]
  scope = effectScope()
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (path.endsWith('/templates')) return Promise.resolve(Response.json({ items: templates }))
    asked.push({ path, body: JSON.parse(init.body as string) as Record<string, unknown> })
    const answer = answers.shift()
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('away'))
  })
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

const taken = (): Response => Response.json({ state: 'decided' }, { status: 201 })
const refused = (reason: string, pointers: string[] = []): Response =>
  Response.json(
    { reason, errors: pointers.map((pointer) => ({ pointer, message: 'no' })) },
    { status: 409 },
  )

async function writing(): Promise<NoticeWriting> {
  const found = scope.run(() =>
    useNotice(
      () => 'c.1',
      () => 'wechat-demo',
      () => ({}),
    ),
  )
  if (!found) throw new Error('no scope')
  await found.load()
  await flushPromises()
  return found
}
const ids = () => new Set(asked.map((each) => each.body['command_id']))

it('begins with the first template that can go out', async () => {
  const notice = await writing()
  expect(notice.reading.value).toBe('ready')
  expect(notice.templates.value.map((each) => each.id)).toEqual(['tm'])
  expect(notice.chosen.value).toBe('tm')
})

it('says when the bank allows none', async () => {
  templates = [OFF]
  expect((await writing()).reading.value).toBe('none')
})

it('sends what is filled in, and nothing while something is missing', async () => {
  const notice = await writing()
  expect(await notice.send()).toBe(false)
  expect(notice.wrong.value).toEqual({ amount1: 'missing' })
  expect(asked).toEqual([])
  notice.values.value = { amount1: ' ￥1.00 ' }
  await flushPromises()
  expect(notice.wrong.value).toEqual({})
  answers = [taken]
  expect(await notice.send()).toBe(true)
  expect(asked[0]?.path).toBe('/api/v1/conversations/c.1/notices')
  expect(asked[0]?.body).toMatchObject({ template_id: 'tm', values: { amount1: '￥1.00' } })
})

it('repeats under the same id when nobody answered', async () => {
  const notice = await writing()
  notice.values.value = { amount1: '1' }
  expect(await notice.send()).toBe(false)
  expect(notice.refusal.value).toBe('unreachable_hub')
  answers = [taken]
  expect(await notice.send()).toBe(true)
  expect([asked.length, ids().size]).toEqual([2, 1])
})

it('names the field the hub refused, and takes a new id for the next try', async () => {
  const notice = await writing()
  notice.values.value = { amount1: '1,000' }
  answers = [() => refused('wrong_value', ['/body/values/amount1']), taken]
  expect(await notice.send()).toBe(false)
  expect(notice.wrong.value).toEqual({ amount1: 'amount' })
  expect(notice.refusal.value).toBe('')
  notice.values.value = { amount1: '1000' }
  await flushPromises()
  expect(notice.wrong.value).toEqual({})
  expect(await notice.send()).toBe(true)
  expect(ids().size).toBe(2)
})

it('tells a refusal of the whole notice by its code', async () => {
  const notice = await writing()
  notice.values.value = { amount1: '1' }
  answers = [() => refused('consent_missing')]
  expect(await notice.send()).toBe(false)
  expect(notice.refusal.value).toBe('consent_missing')
})
