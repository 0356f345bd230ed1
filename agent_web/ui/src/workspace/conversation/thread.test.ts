import { describe, expect, it } from 'vitest'
import type { Entry, Row } from './thread'
import { inOrder, rowsOf, since } from './thread'
import { CONVERSATION, CUSTOMER, markDoc, messageDoc, noteDoc } from './samples'

const EARLIER = `${CUSTOMER}.1`
const kinds = (entries: Entry[], conversation = CONVERSATION): string[] =>
  rowsOf(entries, conversation).map((row) => row.row)
const group = (row: Row | undefined) => {
  if (row?.row !== 'group') throw new Error('not a group')
  return row
}

describe('the order of the log', () => {
  it('is the number of the stream, not the time', () => {
    const late = messageDoc({ id: 'b', n: 1, at: '2026-11-22T06:05:00Z' })
    const early = messageDoc({ id: 'a', n: 2, at: '2026-11-22T06:04:00Z' })
    expect(inOrder([early, late]).map((entry) => entry.id)).toEqual(['b', 'a'])
  })

  it('counts the tenth piece after the ninth', () => {
    const entries = [messageDoc({ id: 'x.7.10', n: 7 }), messageDoc({ id: 'x.7.9', n: 7 })]
    expect(inOrder(entries).map((entry) => entry.id)).toEqual(['x.7.9', 'x.7.10'])
  })
})

describe('groups', () => {
  it('hold what one person said within one minute', () => {
    const rows = rowsOf(
      [
        messageDoc({ id: 'a', n: 1, at: '2026-11-22T06:02:01Z' }),
        messageDoc({ id: 'b', n: 2, at: '2026-11-22T06:02:59Z' }),
        messageDoc({ id: 'c', n: 3, at: '2026-11-22T06:03:00Z' }),
        messageDoc({ id: 'd', n: 4, at: '2026-11-22T06:03:10Z', author: 'bot' }),
      ],
      CONVERSATION,
    )
    expect(rows.map((row) => row.row)).toEqual(['day', 'group', 'group', 'group'])
    expect(group(rows[1]).messages.map((message) => message.id)).toEqual(['a', 'b'])
    expect(group(rows[1]).ours).toBe(false)
    expect(group(rows[3])).toMatchObject({ ours: true, author: 'bot' })
  })

  it('are broken by a note and by a mark', () => {
    const entries = [messageDoc({ n: 1 }), noteDoc({ n: 2 }), messageDoc({ n: 3 })]
    expect(kinds(entries)).toEqual(['day', 'group', 'note', 'group'])
    expect(
      kinds([messageDoc({ n: 1 }), markDoc({ n: 2, what: 'queued' }), messageDoc({ n: 3 })]),
    ).toEqual(['day', 'group', 'mark', 'group'])
  })
})

describe('lines between', () => {
  it('a new day has its own line', () => {
    const entries = [
      messageDoc({ n: 1, at: '2026-11-20T06:00:00Z' }),
      messageDoc({ n: 2, at: '2026-11-22T06:00:00Z' }),
    ]
    expect(kinds(entries)).toEqual(['day', 'group', 'day', 'group'])
  })

  it('earlier conversations end with a border, later ones begin with one', () => {
    const first = messageDoc({ n: 1, conversation_id: EARLIER })
    const second = messageDoc({ n: 2 })
    expect(kinds([first, second])).toEqual(['day', 'group', 'border', 'group'])
    expect(rowsOf([first, second], CONVERSATION)[2]).toMatchObject({ later: false })
    expect(rowsOf([first, second], EARLIER)[2]).toMatchObject({ later: true })
  })

  it('one conversation has none', () => {
    expect(kinds([messageDoc({ n: 1 }), messageDoc({ n: 2, author: 'bot' })])).not.toContain(
      'border',
    )
  })

  it('an offer taken up by the same person is left out, one that was not stays', () => {
    const marks = (...given: [string, string][]) =>
      given.map(([what, who], index) => markDoc({ n: index + 1, what, who }))
    const shown = (entries: Entry[]) =>
      rowsOf(entries, CONVERSATION).flatMap((row) => (row.row === 'mark' ? [row.mark.what] : []))
    expect(shown(marks(['offered', 'li'], ['assigned', 'li']))).toEqual(['assigned'])
    expect(shown(marks(['offered', 'li'], ['returned', 'li'], ['offered', 'chen']))).toEqual([
      'offered',
      'returned',
      'offered',
    ])
  })
})

it('what came meanwhile is what others said after the commit that was seen', () => {
  const entries = [
    messageDoc({ id: 'a', n: 4001 }),
    messageDoc({ id: 'b', n: 6000, author: 'agent:chen' }),
    messageDoc({ id: 'c', n: 7000, author: 'agent:li' }),
    messageDoc({ id: 'd', n: 8000, author: 'bot', withheld: 'reply_window_closed' }),
    noteDoc({ id: 'e', n: 9000 }),
  ]
  expect(since(entries, 4, 'agent:li').map((entry) => entry.id)).toEqual(['b'])
})
