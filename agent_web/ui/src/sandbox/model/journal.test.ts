import { describe, expect, it } from 'vitest'
import type { CommitRecord, Doc } from '../types'
import { countPending } from './effects'
import { emptyJournal, foldCommit, type JournalView } from './journal'

const CONVERSATION = '1fab34c5d6e7f8091a2b.1'
const ADDRESS = 'wechat-demo|o123'

function commit(
  seq: number,
  body: Doc,
  events: Doc[],
  more: Partial<CommitRecord> = {},
): CommitRecord {
  const number = String(40 + seq).padStart(12, '0')
  return {
    stream: 'customer:1fab34c5d6e7f8091a2b',
    seq,
    shard: 31,
    n: 40 + seq,
    at: '2026-11-21T06:00:00.123Z',
    commit: `1f:${number}`,
    rules: 'customer/1.c3f01595',
    token: '9f3ac2e1',
    input: { key: `wechat-demo:${seq}`, source: ADDRESS, order: '', body },
    events,
    effects: [],
    ...more,
  }
}

const message = (seq = 1): CommitRecord =>
  commit(
    seq,
    { is: 'CustomerMessage', parts: [{ is: 'TextPart', text: '我的卡丢了' }] },
    [
      { is: 'ConversationOpened', conversation_id: CONVERSATION },
      { is: 'BotAsked', conversation_id: CONVERSATION, message_id: `${CONVERSATION}.${seq}` },
    ],
    { effects: [{ key: '1f:000000000041#0', kind: 'bot', destination: 'customer:1f' }] },
  )

const answer = (): CommitRecord => {
  const record = commit(
    2,
    { is: 'BotReplied', message_id: `${CONVERSATION}.1` },
    [{ is: 'MessageSent', conversation_id: CONVERSATION, author: 'bot' }],
    { effects: [{ key: '1f:000000000042#0', kind: 'message', destination: ADDRESS }] },
  )
  record.input.key = '1f:000000000041#0'
  return record
}

const report = (seq: number, state: string, more: object = {}): CommitRecord =>
  commit(seq, { is: 'DeliveryReport', of: '1f:000000000042#0', state }, [
    { is: 'DeliveryChanged', of: '1f:000000000042#0', state, ...more },
  ])

function folded(...records: CommitRecord[]): JournalView {
  const view = emptyJournal()
  for (const record of records) foldCommit(view, record)
  return view
}

describe('effects', () => {
  it('wait until a later commit tells what became of them', () => {
    const view = folded(message())
    expect(view.cards[0]?.effects[0]).toMatchObject({ kind: 'bot', state: 'asked', toldBy: '' })
    expect(countPending(view.book)).toBe(1)
  })

  it('of the bot are answered by the reply to the same message', () => {
    const view = folded(message(), answer())
    expect(view.cards[0]?.effects[0]).toMatchObject({ state: 'answered', toldBy: '2' })
    expect(view.cards[1]?.effects[0]).toMatchObject({ state: 'queued', toldBy: '' })
  })

  it('of the bot fail with the code of its failure', () => {
    const failure = commit(
      2,
      { is: 'BotFailed', message_id: `${CONVERSATION}.1`, code: 'timeout' },
      [],
    )
    const view = folded(message(), failure)
    expect(view.cards[0]?.effects[0]).toMatchObject({
      state: 'failed',
      code: 'timeout',
      toldBy: '2',
    })
  })

  it('take the delivery state of the last report', () => {
    const view = folded(message(), answer(), report(3, 'uncertain'), report(4, 'sent'))
    expect(view.cards[1]?.effects[0]).toMatchObject({ state: 'sent', toldBy: '4' })
    expect(countPending(view.book)).toBe(0)
  })

  it('show the code of the provider when sending failed', () => {
    const view = folded(
      message(),
      answer(),
      report(3, 'failed', { code: 'unreachable', provider_code: '43004' }),
    )
    expect(view.cards[1]?.effects[0]).toMatchObject({ state: 'failed', code: '43004' })
  })

  it('an uncertain one is still open', () => {
    expect(countPending(folded(message(), answer(), report(3, 'uncertain')).book)).toBe(1)
  })

  it('a discarded one is told as discarded', () => {
    const discarded = commit(4, { is: 'DiscardMessage', of: '1f:000000000042#0' }, [
      { is: 'MessageDiscarded', of: '1f:000000000042#0' },
    ])
    const view = folded(message(), answer(), report(3, 'failed'), discarded)
    expect(view.cards[1]?.effects[0]).toMatchObject({ state: 'discarded', toldBy: '4' })
  })

  it('a state without a word here changes nothing', () => {
    const view = folded(message(), answer(), report(3, 'teleported'))
    expect(view.cards[1]?.effects[0]).toMatchObject({ state: 'queued', toldBy: '' })
  })
})

describe('the fold', () => {
  it('names the commit whose effect caused an input', () => {
    const view = folded(message(), answer(), report(3, 'sent'))
    expect(view.cards.map((card) => card.causedBy)).toEqual(['', '1', '2'])
  })

  it('drops a commit it has seen', () => {
    const view = folded(message(), answer(), message(), answer())
    expect(view.cards.map((card) => card.name)).toEqual(['1', '2'])
    expect(view.counts).toEqual({ events: 3, effects: 2 })
  })

  it('knows the customer from the conversation', () => {
    const view = folded(message())
    expect([view.customerId, view.conversationId]).toEqual(['1fab34c5d6e7f8091a2b', CONVERSATION])
  })

  it.each([
    [[], 'none'],
    [['ConversationOpened'], 'bot'],
    [['ConversationOpened', 'HandedOff'], 'queued'],
    [['ConversationOpened', 'HandedOff', 'InteractionOffered'], 'offered'],
    [['ConversationOpened', 'HandedOff', 'InteractionOffered', 'InteractionRequeued'], 'queued'],
    [['ConversationOpened', 'HandedOff', 'InteractionAssigned'], 'active'],
    [['ConversationOpened', 'HandedOff', 'InteractionAssigned', 'WrapUpStarted'], 'wrap_up'],
    [['ConversationOpened', 'ConversationClosed'], 'closed'],
    [['ConversationOpened', 'ConversationClosed', 'ConversationOpened'], 'bot'],
    [['SomethingNewer'], 'none'],
  ])('after %j the state is %s', (names, state) => {
    const events = names.map((name) => ({ is: name }))
    expect(folded(commit(1, { is: 'CustomerMessage' }, events)).state).toBe(state)
  })

  it('learns article titles from rankings', () => {
    const ranked = commit(1, { is: 'BotReplied' }, [
      {
        is: 'BotAnswered',
        answer: { action: 'suggest', candidates: [{ article_id: 'a', title: '挂失', score: 0.4 }] },
      },
    ])
    expect(folded(ranked).titles.get('a')).toBe('挂失')
  })
})

describe('the desk', () => {
  const place = (): CommitRecord => ({
    ...commit(7, { is: 'PlaceWork' }, [{ is: 'Queued', conversation_id: CONVERSATION }]),
    stream: 'desk:main',
    effects: [{ key: '77:000000000047#0', kind: 'tell', destination: 'customer:1f' }],
  })

  it('counts for itself: a higher number of one stream hides nothing of the other', () => {
    const view = folded(message(), place(), answer(), place(), answer())
    expect(view.cards.map((card) => card.name)).toEqual(['1', 'D7', '2'])
    expect([view.seq, view.deskSeq]).toEqual([2, 7])
  })

  it('causes what the customer’s stream does next, by its own name', () => {
    const told = commit(2, { is: 'WorkOffered' }, [{ is: 'InteractionOffered' }])
    told.input.key = '77:000000000047#0'
    const view = folded(message(), place(), told)
    expect(view.cards[2]?.causedBy).toBe('D7')
  })
})
