import { describe, expect, it } from 'vitest'
import { CONVERSATION, messageDoc } from '../conversation/samples'
import { asOutgoing, notShown, putBack, type Outgoing } from './outgoing'

const line = (given: Partial<Outgoing> = {}): Outgoing => ({
  id: 'c1',
  conversationId: CONVERSATION,
  kind: 'send',
  text: '您好',
  at: 0,
  state: 'waiting',
  seq: 0,
  ...given,
})

describe('a message on its way', () => {
  it('is made of the command as it stands in storage, so that a reload keeps it', () => {
    expect(
      asOutgoing({
        id: 'c1',
        at: 7,
        command: {
          do: 'send',
          conversation_id: CONVERSATION,
          interaction_id: 'i',
          epoch: 1,
          text: '您好',
          seen: 4,
        },
      }),
    ).toEqual(line({ at: 7 }))
  })

  it('other acts are no lines', () => {
    expect(asOutgoing({ id: 'c1', at: 7, command: { do: 'claim', interaction_id: 'i' } })).toBe(
      undefined,
    )
  })

  it('gives way to the message the hub made of it', () => {
    expect(notShown([line()], [messageDoc({ command_id: 'c1' })], 9)).toEqual([])
    expect(notShown([line()], [messageDoc({ command_id: 'other' })], 9)).toEqual([line()])
  })

  it('decided, it stays until the screen has come as far', () => {
    const landing = line({ state: 'landing', seq: 12, kind: 'note' })
    expect(notShown([landing], [], 11)).toEqual([landing])
    expect(notShown([landing], [], 12)).toEqual([])
  })
})

it.each([
  ['房贷', '', '房贷'],
  ['房贷', '  ', '房贷'],
  ['房贷', '利率', '房贷\n利率'],
])('%s comes back to a box that holds "%s"', (returned, typed, both) => {
  expect(putBack(returned, typed)).toBe(both)
})
