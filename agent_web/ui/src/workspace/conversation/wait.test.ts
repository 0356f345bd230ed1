import { expect, it } from 'vitest'
import { markDoc, messageDoc } from './samples'
import { waitOf, waitTone } from './wait'

const at = (minute: number) => `2026-11-22T06:0${minute}:00Z`

it('the wait counts from the first word nobody answered', () => {
  expect(
    waitOf([
      markDoc({ what: 'assigned', at: at(1) }),
      messageDoc({ author: 'agent:li', at: at(2) }),
      messageDoc({ at: at(3) }),
      messageDoc({ at: at(4) }),
    ]),
  ).toEqual({ began: at(1), at: at(3), answered: false })
})

it('an answer ends it, the words of bot and system do not', () => {
  const asked = [messageDoc({ at: at(3) })]
  expect(waitOf([...asked, messageDoc({ author: 'bot', at: at(4) })]).answered).toBe(false)
  expect(waitOf([...asked, messageDoc({ author: 'system', at: at(4) })]).answered).toBe(false)
  expect(waitOf([...asked, messageDoc({ author: 'agent:li', at: at(4) })])).toEqual({
    began: '',
    at: at(3),
    answered: true,
  })
})

it('with an agent it counts from when that agent took over', () => {
  expect(waitOf([messageDoc({ at: at(1) }), markDoc({ what: 'assigned', at: at(5) })])).toEqual({
    began: at(5),
    at: at(5),
    answered: false,
  })
})

it.each([
  [60_000, 'calm'],
  [60_001, 'late'],
  [120_001, 'very-late'],
])('%d ms against a target of a minute is %s', (waited, tone) => {
  expect(waitTone(waited, 60)).toBe(tone)
})
