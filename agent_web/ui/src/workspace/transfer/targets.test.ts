import { describe, expect, it } from 'vitest'
import { colleagueDoc, queueDoc } from '../conversation/samples'
import { agentTarget, fittingTargets, queueTarget, stepFrom } from './targets'

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
    expect(queueTarget(queueDoc({ id: 'card' }), '信用卡', 'loan').why).toBe('')
    expect(queueTarget(queueDoc({ id: 'loan' }), '个人贷款', 'loan').why).toBe('current')
  })
})

describe('the list', () => {
  const ready = agentTarget(colleagueDoc({ id: 'chen', display_name: '陈晨' }))
  const full = agentTarget(colleagueDoc({ id: 'zhao', display_name: '赵敏', free: 0 }))
  const queue = queueTarget(queueDoc({ id: 'card' }), '信用卡', 'loan')

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
