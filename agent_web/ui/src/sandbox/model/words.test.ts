import { describe, expect, it } from 'vitest'
import { eventLine, inputLine, partsText, shortKey } from './words'

const titles = new Map([['zh-card-loss', '银行卡丢失怎么挂失']])
const candidates = [
  { article_id: 'zh-card-loss', title: '银行卡丢失怎么挂失', score: 0.93 },
  { article_id: 'zh-card-limit', title: '信用卡额度', score: 0.03 },
]

describe('events in words', () => {
  it('an answer of the bot names article and version', () => {
    const answer = {
      action: 'answer',
      reason: 'confident',
      article_id: 'zh-card-loss',
      article_version: 3,
      candidates,
    }
    expect(eventLine({ is: 'BotAnswered', answer }, titles)).toMatchObject({
      key: 'event.BotAnswered.answer',
      values: { title: '银行卡丢失怎么挂失', version: 3 },
      reason: 'reason.confident',
      candidates,
    })
  })

  it('an answer without an article is not called knowledge', () => {
    const answer = { action: 'answer', reason: 'thanks', text: '不客气' }
    expect(eventLine({ is: 'BotAnswered', answer }, titles).key).toBe('event.BotAnswered.say')
  })

  it('an article nobody has named yet is shown by its id', () => {
    const answer = { action: 'answer', article_id: 'zh-new', article_version: 1 }
    expect(eventLine({ is: 'BotAnswered', answer }, titles).values['title']).toBe('zh-new')
  })

  it('a menu without a ranking draws no bars', () => {
    const menu = candidates.map((each) => ({ ...each, score: 0 }))
    const answer = { action: 'suggest', reason: 'greeting', candidates: menu }
    expect(eventLine({ is: 'BotAnswered', answer }, titles).candidates).toEqual([])
  })

  it('a menu that goes out shows its options', () => {
    const parts = [
      { is: 'MenuPart', head: '您想问的是？', options: [{ id: 'a', title: '挂失' }], tail: '' },
    ]
    expect(eventLine({ is: 'MessageSent', author: 'bot', parts }, titles)).toMatchObject({
      key: 'event.MessageSent.bot',
      quote: '您想问的是？',
      options: ['挂失'],
    })
  })

  it.each([
    ['bot', 'event.MessageSent.bot'],
    ['system', 'event.MessageSent.system'],
    ['agent:a7', 'event.MessageSent.agent'],
    ['api:key1', 'event.MessageSent.api'],
    ['martian', 'event.MessageSent.other'],
  ])('a message by %s is told as %s', (author, key) => {
    expect(eventLine({ is: 'MessageSent', author, parts: [] }, titles).key).toBe(key)
  })

  it('an uncertain delivery is a warning, a failed one is bad', () => {
    const tone = (state: string): string =>
      eventLine({ is: 'DeliveryChanged', of: 'x', state }, titles).tone
    expect([tone('sent'), tone('uncertain'), tone('failed')]).toEqual(['good', 'warn', 'bad'])
  })

  it('an event of a newer hub is named, not dropped', () => {
    expect(eventLine({ is: 'SealBroken' }, titles)).toMatchObject({
      key: 'event.other',
      values: { name: 'SealBroken' },
    })
  })
})

describe('inputs in words', () => {
  it('a text is quoted', () => {
    const parts = [{ is: 'TextPart', text: '你好' }]
    expect(inputLine({ is: 'CustomerMessage', parts })).toMatchObject({ quote: '你好', reason: '' })
  })

  it('a picture is named by its kind', () => {
    const parts = [{ is: 'MediaPart', media: 'image', provider_ref: 'x' }]
    expect(inputLine({ is: 'CustomerMessage', parts })).toMatchObject({
      quote: '',
      reason: 'media.image',
    })
  })

  it('a timer of the desk is named by what it waits for', () => {
    expect(inputLine({ is: 'TimerFired', name: 'offer:8a.1-1' }).reason).toBe('timer.offer')
    const armed = { is: 'TimerArmed', name: 'bar:8a.1-1', due: '2026-11-22T02:00:00Z' }
    expect(eventLine(armed, titles).values['timer']).toBe('bar')
  })

  it('a note shows its author and words', () => {
    const note = { is: 'NoteAdded', author: 'agent:agent1', text: '核对过身份' }
    expect(eventLine(note, titles)).toMatchObject({
      key: 'event.NoteAdded',
      values: { author: 'agent1' },
      quote: '核对过身份',
    })
  })

  it('an offer of the desk names the agent and the strategy', () => {
    const offer = {
      is: 'Offered',
      agent_id: 'agent2',
      reasons: { strategy: 'longest_idle', candidates: [] },
    }
    expect(eventLine(offer, titles)).toMatchObject({
      key: 'event.Offered',
      values: { agent: 'agent2' },
      reason: 'strategy.longest_idle',
    })
  })

  it('a transfer shows its note, presence its state', () => {
    const returned = { is: 'Returned', reason: 'transferred', note: '客户要提前还款' }
    expect(eventLine(returned, titles)).toMatchObject({
      reason: 'reason.transferred',
      quote: '客户要提前还款',
    })
    const body = { is: 'SetPresence', agent_id: 'agent1', presence: 'ready' }
    expect(inputLine(body).reason).toBe('presence.ready')
  })

  it('a timer is named', () => {
    expect(inputLine({ is: 'TimerFired', name: 'idle' }).reason).toBe('timer.idle')
  })

  it('one we have no word for is named', () => {
    expect(inputLine({ is: 'Telepathy' }).values).toEqual({ name: 'Telepathy' })
  })
})

it('parts are told in order', () => {
  expect(
    partsText([
      { is: 'TextPart', text: '一' },
      { is: 'MenuPart', head: '二' },
    ]),
  ).toBe('一 / 二')
})

it.each([
  ['1f:000000000042#0', '1f:0…42#0'],
  ['wechat-demo:m:o123:1000', 'wechat-demo:m:o123:1000'],
  ['t:customer:1fab:idle:2', 't:customer:1fab:idle:2'],
])('the key %s is shown as %s', (key, shown) => {
  expect(shortKey(key)).toBe(shown)
})
