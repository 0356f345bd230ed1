import { describe, expect, it } from 'vitest'
import type { AgentDoc } from '@/shared/protocol'
import { colleagueDoc, queueDoc } from '../conversation/samples'
import { agentTarget, fittingTargets, queueTarget, stepFrom } from './targets'

const me = (given: Partial<AgentDoc> = {}): AgentDoc => ({
  kind: 'agent',
  id: 'li',
  seq: 5,
  display_name: '李静',
  presence: 'ready',
  presence_reason: '',
  since: '2026-11-22T06:02:10.000Z',
  connected: true,
  screens: 1,
  skills: [{ skill: 'card', level: 3 }],
  load: { text: 1 },
  capacity: { text: 2, voice: 1 },
  ...given,
})

describe('a colleague', () => {
  it.each([
    ['ready', 2, ''],
    ['ready', 0, 'full'],
    ['not_ready', 2, 'not_ready'],
    ['break', 2, 'break'],
    ['offline', 0, 'offline'],
  ] as const)('%s with %d free slots: "%s"', (presence, free, why) => {
    expect(agentTarget(colleagueDoc({ presence, free })).why).toBe(why)
  })
})

describe('a queue', () => {
  it('can be chosen, except the one it is in', () => {
    expect(queueTarget(queueDoc({ id: 'card' }), '信用卡', 'loan', me()).why).toBe('')
    expect(queueTarget(queueDoc({ id: 'loan' }), '个人贷款', 'loan', me()).why).toBe('current')
  })

  it.each<[string, AgentDoc | undefined, number]>([
    ['ready, with a free slot and the skills', me(), 1],
    ['free for calls only, as the desk counts', me({ load: { text: 2, voice: 0 } }), 1],
    ['full', me({ load: { text: 2, voice: 1 } }), 2],
    ['not ready', me({ presence: 'not_ready' }), 2],
    ['cut off', me({ connected: false }), 2],
    ['without the level', me({ skills: [{ skill: 'card', level: 2 }] }), 2],
    ['without the skill', me({ skills: [{ skill: 'loan', level: 5 }] }), 2],
    ['somebody who takes no work', undefined, 2],
  ])('counts who could take it, without the giver: %s', (_, giver, free) => {
    const queue = queueDoc({ id: 'card', ready: 2, skills: [{ skill: 'card', level: 3 }] })
    expect(queueTarget(queue, '信用卡', 'loan', giver).free).toBe(free)
  })
})

describe('the list', () => {
  const ready = agentTarget(colleagueDoc({ id: 'chen', display_name: '陈晨' }))
  const full = agentTarget(colleagueDoc({ id: 'zhao', display_name: '赵敏', free: 0 }))
  const queue = queueTarget(queueDoc({ id: 'card' }), '信用卡', 'loan', undefined)

  it('has those who can take it first', () => {
    expect(fittingTargets([full, ready, queue], '').map((each) => each.id)).toEqual([
      'chen',
      'card',
      'zhao',
    ])
  })

  it('is searched by name and by user name', () => {
    expect(fittingTargets([full, ready, queue], '陈').map((each) => each.id)).toEqual(['chen'])
    expect(fittingTargets([full, ready, queue], 'ZHA').map((each) => each.id)).toEqual(['zhao'])
  })

  it('is walked over those who can take it, round and round', () => {
    const all = [ready, full, queue]
    expect(stepFrom(all, -1, 1)).toBe(0)
    expect(stepFrom(all, 0, 1)).toBe(2)
    expect(stepFrom(all, 2, 1)).toBe(0)
    expect(stepFrom(all, 0, -1)).toBe(2)
    expect(stepFrom([full], -1, 1)).toBe(-1)
    expect(stepFrom([], -1, 1)).toBe(-1)
  })
})
