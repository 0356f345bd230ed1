import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, expect, it } from 'vitest'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { colleagueDoc } from '../conversation/samples'
import { useDesk } from './desk'
import { useLink } from './link'
import { useSession } from './session'

let hub: PretendHub
afterEach(() => {
  hub.leaves()
})

it('who has signed out keeps the name that was seen once, over a reload too', async () => {
  hub = pretendHub()
  const desk = useDesk()
  hub.shows([colleagueDoc()], 5, 'desk')
  await nextTick()
  hub.shows([], 6, 'desk')
  await nextTick()
  expect(desk.agentName('agent:chen')).toBe('陈晨')
  expect(desk.agentName('agent:nobody')).toBe('nobody')

  useLink().stop()
  setActivePinia(createPinia())
  useSession().me = { username: 'li', display_name: '李静', role: 'agent' }
  expect(useDesk().agentName('chen')).toBe('陈晨')
  useSession().me = { username: 'wang', display_name: '王晓', role: 'agent' }
  expect(useDesk().agentName('chen')).toBe('chen')
})
