import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pretendHub, type PretendHub } from '../../conversation/pretendHub'
import { CONVERSATION, conversationDoc, workDoc } from '../../conversation/samples'
import { useSending } from '../sending'
import { useCards } from './useCards'

const LINK = { kind: 'link', title: '还款', url: 'https://bank.example/a' } as const
let hub: PretendHub

beforeEach(() => {
  hub = pretendHub()
  hub.shows([workDoc()], 5, 'desk')
  hub.shows([conversationDoc()], 40)
})
afterEach(() => {
  hub.leaves()
})

it('a card goes out with its reply, and is shown while it is under way', () => {
  const sending = useSending()
  expect(sending.send(CONVERSATION, '', [], LINK)).toBe(true)
  expect(hub.acts()[0]?.command).toMatchObject({ do: 'send', card: LINK, seen: 40 })
  expect(hub.acts()[0]?.command).not.toHaveProperty('text')
  expect(sending.outgoing(CONVERSATION).map((line) => line.card)).toEqual([LINK])
})

it('a refused card comes back, but not over one that was written since', async () => {
  const sending = useSending()
  const cards = useCards()
  const refuse = async (): Promise<void> => {
    sending.send(CONVERSATION, '', [], LINK)
    const last = hub.acts().at(-1)?.id ?? ''
    hub.answers(last, { state: 'refused', reason: 'stale_view', seq: 44 })
    await flushPromises()
    const [refused] = sending.refusals(CONVERSATION)
    if (refused) sending.takeBack(refused)
  }
  await refuse()
  expect(cards.take(CONVERSATION)).toEqual(LINK)
  expect(cards.of(CONVERSATION)).toBeUndefined()
  const newer = { ...LINK, title: '新的' }
  cards.put(CONVERSATION, newer)
  await refuse()
  expect(cards.of(CONVERSATION)).toEqual(newer)
})
