import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { useSession } from '../stores/session'
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
  sessionStorage.clear()
  signIn()
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

/** As after a reload: nothing but the tab's own storage is left. */
function signIn(): void {
  setActivePinia(createPinia())
  useSession().me = { username: 'li', display_name: '李静', role: 'agent' }
}

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
  expect([notice.unsure.value, notice.refusal.value]).toEqual([true, ''])
  answers = [taken]
  expect(await notice.send()).toBe(true)
  expect([asked.length, ids().size]).toEqual([2, 1])
  expect(notice.unsure.value).toBe(false)
})

it.each([
  ['closed and opened again', () => undefined],
  ['reloaded', signIn],
])('%s, it is as it was when nobody answered, under the same id', async (_, between) => {
  const before = await writing()
  before.values.value = { amount1: '1' }
  before.url.value = 'https://bank.example/a'
  await before.send()
  between()
  const notice = await writing()
  expect(notice.unsure.value).toBe(true)
  expect(notice.values.value).toEqual({ amount1: '1' })
  expect(notice.url.value).toBe('https://bank.example/a')
  answers = [taken]
  expect(await notice.send()).toBe(true)
  expect([asked.length, ids().size]).toEqual([2, 1])
  expect((await writing()).values.value).toEqual({})
})

it('keeps the id of a try nobody answered while later ones are refused', async () => {
  const notice = await writing()
  notice.values.value = { amount1: '1' }
  await notice.send()
  notice.values.value = { amount1: '1,000' }
  answers = [() => refused('wrong_value', ['/body/values/amount1'])]
  await notice.send()
  expect([notice.unsure.value, ids().size]).toEqual([true, 1])
  notice.values.value = { amount1: '1000' }
  answers = [() => refused('command_id_reused'), taken]
  expect(await notice.send()).toBe(false)
  expect([notice.refusal.value, notice.unsure.value]).toEqual(['command_id_reused', false])
  expect(ids().size).toBe(1)
  expect(await notice.send()).toBe(true)
  expect(ids().size).toBe(2)
})

it('leaves nothing behind when the hub refused it', async () => {
  const notice = await writing()
  notice.values.value = { amount1: '1' }
  answers = [() => refused('consent_missing')]
  await notice.send()
  expect((await writing()).unsure.value).toBe(false)
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
