import { expect, it } from 'vitest'
import { CONVERSATION, markDoc, messageDoc, workDoc } from '../conversation/samples'
import { waitedOf } from './waited'

const at = (minute: number): string => `2026-11-22T06:0${minute}:00.000Z`
const mark = (what: string, minute: number) => markDoc({ what, at: at(minute) })
const offered = workDoc({ state: 'offered', waiting_since: at(0) })

it('who was only offered around waits since the hand-off', () => {
  const entries = [mark('offered', 1), mark('returned', 2), messageDoc()]
  expect(waitedOf({ ...offered, returned_because: 'no_answer' }, entries)).toEqual({
    ...{ from: at(0), of: 'first' },
  })
})

it('who was served and passed on waits since coming back, whoever declines meanwhile', () => {
  const entries = [mark('assigned', 1), mark('returned', 5), mark('returned', 6)]
  expect(waitedOf(offered, entries)).toEqual({ from: at(5), of: 'again' })
})

it('where what was before is not on the screen, the whole time is called that', () => {
  expect(waitedOf({ ...offered, returned_because: 'transferred' }, [])).toEqual({
    ...{ from: at(0), of: 'all' },
  })
})

it('once taken, the wait is the one that ended there', () => {
  const active = { ...offered, state: 'active' as const, returned_because: 'transferred' }
  const turns = [mark('assigned', 1), mark('returned', 5), mark('assigned', 6)]
  expect(waitedOf(active, turns)).toEqual({ from: at(5), of: 'again' })
  expect(waitedOf({ ...active, returned_because: '' }, turns.slice(0, 1))).toEqual({
    ...{ from: at(0), of: 'first' },
  })
})

it('an earlier conversation says nothing about this one', () => {
  const before = `${CONVERSATION}0`
  const entries = [mark('assigned', 1), mark('returned', 2)]
  const others = entries.map((each) => ({ ...each, conversation_id: before }))
  expect(waitedOf(offered, others).of).toBe('first')
})
