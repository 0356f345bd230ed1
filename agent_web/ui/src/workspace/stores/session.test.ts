import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useSession } from './session'

const ME = { username: 'li', display_name: '李静', role: 'agent' } as const
let answer: (response: Response) => void
let lose: (reason: Error) => void

beforeEach(() => {
  setActivePinia(createPinia())
  vi.stubGlobal(
    'fetch',
    () =>
      new Promise<Response>((resolve, reject) => {
        answer = resolve
        lose = reject
      }),
  )
  useSession().me = ME
  useSession().state = 'in'
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it('who signs out is not told that the session expired when the hub hangs up first', async () => {
  const session = useSession()
  const done = session.signOut()
  await flushPromises()
  session.expire()
  expect(session.state).toBe('in')
  answer(new Response(null, { status: 204 }))
  await done
  expect([session.state, session.me]).toEqual(['out', null])
})

it('a sign-out nobody answered leaves the person signed in, and a later end is told', async () => {
  const session = useSession()
  const done = session.signOut()
  await flushPromises()
  lose(new Error('cut'))
  await expect(done).rejects.toThrow()
  expect(session.state).toBe('in')
  session.expire()
  expect(session.state).toBe('expired')
})
