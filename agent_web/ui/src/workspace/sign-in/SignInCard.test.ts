import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { i18n } from '../locales'
import { useSession } from '../stores/session'
import SignInCard from './SignInCard.vue'

let card: VueWrapper
let answer: { status: number; body: object } | null

beforeEach(() => {
  localStorage.clear()
  answer = { status: 201, body: { username: 'agent1', display_name: '王晓', role: 'agent' } }
  vi.stubGlobal('fetch', () =>
    answer === null
      ? Promise.reject(new TypeError('no network'))
      : Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status })),
  )
  card = mount(SignInCard, {
    attachTo: document.body,
    global: { plugins: [createPinia(), i18n] },
  })
})

afterEach(() => {
  card.unmount()
  vi.unstubAllGlobals()
})

async function enter(username: string, password: string): Promise<void> {
  await card.get('input[name=username]').setValue(username)
  await card.get('input[name=password]').setValue(password)
  await card.get('form').trigger('submit')
  await vi.waitFor(() => {
    expect(card.get('button[type=submit]').attributes('aria-busy')).toBe('false')
  })
}

it('Enter after the user name goes on to the password without a complaint', async () => {
  await card.get('input[name=username]').setValue('agent1')
  await card.get('form').trigger('submit')
  expect(document.activeElement).toBe(card.get('input[name=password]').element)
  expect(card.get('[role=alert]').text()).toBe('')
})

it('signs in and knows the name the next time', async () => {
  await enter('agent1', 'secret')
  expect(useSession().me?.display_name).toBe('王晓')
  expect(localStorage.getItem('lianluo.username')).toBe('agent1')
})

it('says what is wrong and what to do, and forgets the password', async () => {
  answer = { status: 401, body: { type: '/api/docs#problem-wrong_credentials' } }
  await enter('agent1', 'wrong')
  expect(card.get('[role=alert]').text()).toBe('用户名或密码不对。请检查大小写后再试。')
  expect((card.get('input[name=password]').element as HTMLInputElement).value).toBe('')
})

it('tells a silent server from a wrong password', async () => {
  answer = null
  await enter('agent1', 'secret')
  expect(card.get('[role=alert]').text()).toContain('服务器没有应答')
})

it('asks for the code when the password was right, and sends both', async () => {
  answer = { status: 401, body: { type: '/api/docs#problem-code_needed' } }
  await enter('agent1', 'secret')
  const sent: unknown[] = []
  vi.stubGlobal('fetch', (_: string, asked: RequestInit) => {
    sent.push(JSON.parse(asked.body as string))
    const who = { username: 'agent1', display_name: '王晓', role: 'agent', owes: '' }
    return Promise.resolve(new Response(JSON.stringify(who), { status: 201 }))
  })
  const code = card.get('input[name=otp]')
  expect(document.activeElement).toBe(code.element)
  expect(card.get('[role=alert]').text()).toBe('')
  await code.setValue('123456')
  await card.get('form').trigger('submit')
  await vi.waitFor(() => {
    expect(useSession().state).toBe('in')
  })
  expect(sent).toEqual([{ username: 'agent1', password: 'secret', otp: '123456' }])
})

it('says for how long no sign-in is tried, and tries none', async () => {
  const headers = { 'Retry-After': '90' }
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      new Response(JSON.stringify({ type: '/api/docs#problem-locked' }), { status: 429, headers }),
    ),
  )
  await enter('agent1', 'wrong')
  expect(card.get('[role=alert]').text()).toBe('试得太多了，01:30 后才能再试。急用请找管理员解锁。')
  expect(card.get('button[type=submit]').attributes('disabled')).toBeDefined()
})

it('a given password must be changed before anything else', async () => {
  const who = { username: 'agent1', display_name: '王晓', role: 'agent', owes: 'password' }
  answer = { status: 201, body: who }
  await enter('agent1', 'secret')
  expect(useSession().state).toBe('owing')
  expect(useSession().owes).toBe('password')
})
