import { expect, it } from 'vitest'
import type { AgentDoc, QueueDoc } from '@/shared/protocol'
import { byPresence, figures, shownPresence, standing } from './figures'

const NOW = Date.parse('2026-11-22T02:01:00Z')

const queue = (fields: Partial<QueueDoc>): QueueDoc => ({
  seq: 1,
  kind: 'queue',
  id: 'general',
  name: '综合服务',
  name_en: 'General',
  skills: [],
  waiting: 1,
  offered: 0,
  active: 0,
  oldest: '2026-11-22T02:00:30Z',
  ready: 1,
  wait_s: 20,
  target_s: 60,
  ...fields,
})

const agent = (fields: Partial<AgentDoc>): AgentDoc => ({
  seq: 1,
  kind: 'agent',
  id: 'agent1',
  display_name: '李静',
  presence: 'ready',
  presence_reason: '',
  since: '2026-11-22T02:00:00Z',
  connected: true,
  screens: 1,
  skills: [],
  load: { text: 1 },
  capacity: { text: 4 },
  ...fields,
})

it.each([
  ['nobody waits', { waiting: 0, oldest: null }, 'empty'],
  ['half of the target is used', {}, 'within'],
  ['five sixths of it are used', { oldest: '2026-11-22T02:00:10Z' }, 'near'],
  ['it has passed', { oldest: '2026-11-22T01:59:59Z' }, 'late'],
  ['nobody is there to serve it', { ready: 0 }, 'nobody'],
])('when %s a queue shows it', (_, fields, expected) => {
  expect(standing(queue(fields as Partial<QueueDoc>), NOW)).toBe(expected)
})

it('the key figures are sums over the queues and the connected, ready agents', () => {
  const queues = [
    queue({ waiting: 2, active: 3 }),
    queue({ id: 'card', waiting: 1, active: 1, oldest: '2026-11-22T01:50:00Z' }),
  ]
  const agents = [
    agent({}),
    agent({ id: 'agent2', connected: false }),
    agent({ id: 'agent3', presence: 'break' }),
  ]
  expect(figures(queues, agents, NOW)).toEqual({
    waiting: 3,
    oldest: '2026-11-22T01:50:00Z',
    active: 4,
    ready: 1,
    late: 1,
  })
})

it('agents stand by state, the longest in it first; who is cut off is shown as such', () => {
  const agents = [
    agent({ id: 'away', presence: 'offline' }),
    agent({ id: 'cut', connected: false }),
    agent({ id: 'ready-late', since: '2026-11-22T02:00:20Z' }),
    agent({ id: 'ready-early' }),
    agent({ id: 'busy', presence: 'not_ready' }),
  ]
  expect(agents.sort(byPresence).map((each) => [each.id, shownPresence(each)])).toEqual([
    ['ready-early', 'ready'],
    ['ready-late', 'ready'],
    ['busy', 'not_ready'],
    ['cut', 'lost'],
    ['away', 'offline'],
  ])
})
