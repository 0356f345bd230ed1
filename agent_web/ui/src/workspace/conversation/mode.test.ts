import { describe, expect, it } from 'vitest'
import { mayNote, modeOf } from './mode'
import { CONVERSATION, conversationDoc, workDoc } from './samples'

describe('what I may do', () => {
  it('mine when desk and conversation say so', () => {
    expect(modeOf('li', conversationDoc(), workDoc())).toBe('mine')
  })

  it('joining while the assignment is under way', () => {
    const waiting = conversationDoc({ state: 'offered', agent_id: '', epoch: 0 })
    expect(modeOf('li', waiting, workDoc())).toBe('joining')
    expect(modeOf('li', conversationDoc({ epoch: 2 }), workDoc({ epoch: 3 }))).toBe('joining')
    expect(modeOf('li', undefined, workDoc())).toBe('joining')
  })

  it('the conversation is believed about its end, whatever the desk still shows', () => {
    expect(modeOf('li', conversationDoc({ state: 'wrap_up' }), workDoc())).toBe('wrap_up')
    expect(modeOf('li', conversationDoc({ state: 'closed' }), workDoc({ state: 'wrap_up' }))).toBe(
      'closed',
    )
  })

  it('a customer who writes on ends the wrap-up', () => {
    expect(modeOf('li', conversationDoc({ state: 'active' }), workDoc({ state: 'wrap_up' }))).toBe(
      'mine',
    )
  })

  it('what the desk took away is not mine, though the conversation does not know yet', () => {
    expect(modeOf('li', conversationDoc(), workDoc({ state: 'queued', agent_id: '' }))).toBe(
      'waiting',
    )
    expect(modeOf('li', conversationDoc(), workDoc({ agent_id: 'chen' }))).toBe('elsewhere')
    expect(modeOf('li', conversationDoc(), workDoc({ state: 'offered', agent_id: 'chen' }))).toBe(
      'elsewhere',
    )
  })

  it('offered to me', () => {
    expect(modeOf('li', undefined, workDoc({ state: 'offered' }))).toBe('offered')
  })

  it("the bot's and a colleague's are elsewhere, a closed one is closed", () => {
    const none = { interaction_id: '', agent_id: '', epoch: 0 }
    expect(modeOf('li', conversationDoc({ state: 'bot', ...none }), undefined)).toBe('elsewhere')
    expect(modeOf('li', conversationDoc({ agent_id: 'chen' }), undefined)).toBe('elsewhere')
    expect(modeOf('li', conversationDoc({ state: 'closed', ...none }), undefined)).toBe('closed')
    expect(modeOf('li', undefined, undefined)).toBe('elsewhere')
  })

  it('a later interaction of the same conversation is not yet mine', () => {
    const work = workDoc({ id: `${CONVERSATION}-2`, epoch: 1 })
    expect(modeOf('li', conversationDoc(), work)).toBe('joining')
  })
})

it('leads may note in any open conversation, agents in their own', () => {
  const open = conversationDoc({ agent_id: 'chen' })
  expect(mayNote('elsewhere', 'supervisor', open)).toBe(true)
  expect(mayNote('elsewhere', 'agent', open)).toBe(false)
  expect(mayNote('mine', 'agent', open)).toBe(true)
  expect(mayNote('closed', 'supervisor', conversationDoc({ state: 'closed' }))).toBe(false)
})
