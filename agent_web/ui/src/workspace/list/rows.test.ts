import { expect, it } from 'vitest'
import type { ConversationDoc, WorkDoc } from '@/shared/protocol'
import { byNeed, byTurn, hold, isLate, mineRow, queuedRow, type Row } from './rows'

const work = (id: string, fields: Partial<WorkDoc> = {}): WorkDoc => ({
  seq: 1,
  kind: 'work',
  id: `${id}-1`,
  conversation_id: id,
  customer_id: 'c',
  queue_id: 'general',
  state: 'active',
  medium: 'text',
  channel_id: 'wechat-demo',
  display_name: '王女士',
  reason: 'asked_for_person',
  language: 'zh',
  agent_id: 'agent1',
  epoch: 1,
  waiting_since: '2026-11-22T02:00:00Z',
  since: '2026-11-22T02:00:10Z',
  offer_until: null,
  first: false,
  returns: 0,
  returned_because: '',
  target: '',
  note: '',
  why: null,
  ...fields,
})

const row = (id: string, updated: string, owed: string | null = null): Row => {
  const said = { last_author: 'system', last_text: '…', last_kind: 'TextPart' }
  const conversation = { ...said, updated_at: updated, owed_since: owed } as ConversationDoc
  return mineRow(work(id), conversation, { unread: 0, draft: false })
}

it('who waits for an answer stands first, the longest wait on top', () => {
  const rows = [
    row('answered', '2026-11-22T02:05:00Z'),
    row('waits-since-4', '2026-11-22T02:04:00Z', '2026-11-22T02:04:00Z'),
    row('waits-since-2', '2026-11-22T02:09:00Z', '2026-11-22T02:02:00Z'),
    row('answered-later', '2026-11-22T02:06:00Z'),
  ]
  expect(rows.sort(byNeed).map((each) => each.id)).toEqual([
    'waits-since-2',
    'waits-since-4',
    'answered-later',
    'answered',
  ])
})

it('the clock of who waits runs from the first unanswered word, whoever spoke since', () => {
  const waits = row('a', '2026-11-22T02:09:00Z', '2026-11-22T02:02:00Z')
  expect([waits.counts, waits.at]).toEqual([true, '2026-11-22T02:02:00Z'])
  const answered = row('a', '2026-11-22T02:09:00Z')
  expect([answered.counts, answered.at]).toEqual([false, '2026-11-22T02:09:00Z'])
})

it('nobody waits in a talk that is being wrapped up', () => {
  const since = '2026-11-22T02:02:00Z'
  const conversation = { updated_at: since, owed_since: since } as ConversationDoc
  const own = { unread: 0, draft: false }
  expect(mineRow(work('a', { state: 'wrap_up' }), conversation, own).counts).toBe(false)
})

it('who came back or was moved ahead waits before all others, the longest wait on top', () => {
  const waiting = [
    work('since-2', { waiting_since: '2026-11-22T02:02:00Z' }),
    work('since-1', { waiting_since: '2026-11-22T02:01:00Z' }),
    work('ahead-since-4', { first: true, waiting_since: '2026-11-22T02:04:00Z' }),
    work('ahead-since-3', { first: true, waiting_since: '2026-11-22T02:03:00Z' }),
  ]
  expect(waiting.sort(byTurn).map((each) => each.conversation_id)).toEqual([
    'ahead-since-3',
    'ahead-since-4',
    'since-1',
    'since-2',
  ])
})

it('a waiting customer is late once the target of the queue has passed', () => {
  const waiting = queuedRow(work('a', { state: 'queued' }), 60_000)
  const after = (seconds: number): boolean =>
    isLate(waiting, Date.parse('2026-11-22T02:00:00Z') + seconds * 1000)
  expect([after(60), after(61)]).toEqual([false, true])
})

it('under the hand the order stays, new rows wait and gone ones remain as a shade', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => row(id, '2026-11-22T02:00:00Z')) as [Row, Row, Row]
  const held = hold([a, b], [c, b])
  expect(held.rows.map((each) => [each.id, each.gone])).toEqual([
    ['a', true],
    ['b', false],
  ])
  expect(held.fresh).toBe(1)
})
