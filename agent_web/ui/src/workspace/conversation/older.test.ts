import { describe, expect, it } from 'vitest'
import { entriesOf, nextGap, openingOf } from './older'
import { CONVERSATION, CUSTOMER, markDoc, messageDoc } from './samples'

const EARLIER = `${CUSTOMER}.1`

describe('what to load next', () => {
  it('the rest of the oldest conversation that is not whole', () => {
    const held = [messageDoc({ n: 40, conversation_id: EARLIER }), messageDoc({ n: 60 })]
    expect(nextGap(held, CONVERSATION)).toEqual({ conversationId: EARLIER, before: 40 })
  })

  it('the conversation before a whole one', () => {
    const held = [markDoc({ n: 50, what: 'opened' }), messageDoc({ n: 50 })]
    expect(nextGap(held, CONVERSATION)).toEqual({ conversationId: EARLIER, before: 50 })
  })

  it('nothing when the first conversation is whole', () => {
    const held = [markDoc({ n: 1, what: 'opened', conversation_id: EARLIER })]
    expect(nextGap(held, CONVERSATION)).toBeNull()
  })

  it('the conversation itself when nothing is held', () => {
    expect(nextGap([], CONVERSATION)).toEqual({
      conversationId: CONVERSATION,
      before: Number.MAX_SAFE_INTEGER,
    })
  })
})

describe('what the API tells', () => {
  const told = { deliveries: [], withheld: '', resend_of: '', internal: false }
  const page = {
    seq: 9,
    next: null,
    items: [
      {
        ...{ ...told, id: `${EARLIER}.3`, seq: 3, at: '2026-11-20T06:00:00Z', author: 'customer' },
        parts: [{ is: 'TextPart', text: '您好' }],
      },
      {
        ...{ ...told, id: `${EARLIER}.3.1`, seq: 3, at: '2026-11-20T06:00:00Z', author: 'bot' },
        parts: [{ is: 'TextPart', text: '请问' }],
      },
      {
        ...{ ...told, id: 'n1', seq: 4, at: '2026-11-20T06:01:00Z', author: 'agent:li' },
        ...{ parts: [{ is: 'TextPart', text: '已核身' }], internal: true },
      },
    ],
  }

  it('becomes entries of the log with their numbers; a note is never a message', () => {
    expect(entriesOf(EARLIER, page)).toMatchObject([
      { kind: 'message', n: 3000, conversation_id: EARLIER, author: 'customer' },
      { kind: 'message', n: 3001, author: 'bot' },
      { kind: 'note', n: 4000, text: '已核身' },
    ])
  })

  it('begins right before its first word', () => {
    expect(openingOf(EARLIER, entriesOf(EARLIER, page))).toMatchObject([
      { kind: 'mark', what: 'opened', n: 2999, at: '2026-11-20T06:00:00Z' },
    ])
    expect(openingOf(EARLIER, [])).toEqual([])
  })
})
