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
