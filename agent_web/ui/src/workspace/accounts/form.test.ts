import { expect, it } from 'vitest'
import type { Account, ChannelKind, FormField } from './api'
import { askedOf, draftOf, fieldOf, freeId, problemsOf, rotatable } from './form'

const words = { zh: '字', en: 'word' }
const field = (name: string, more: Partial<FormField> = {}): FormField => ({
  name,
  type: 'text',
  choices: [],
  default: null,
  required: false,
  title: words,
  hint: words,
  group: 'basic',
  previous: '',
  ...more,
})
const KIND: ChannelKind = {
  kind: 'wechat',
  title: words,
  fields: [
    field('app_id', { required: true }),
    field('app_secret', { type: 'secret', required: true }),
    field('aes_key', { type: 'secret', previous: 'previous_aes_key' }),
    field('token', { type: 'secret', previous: 'previous_token' }),
    field('mode', { type: 'choice', choices: ['safe', 'plain'], default: 'safe' }),
    field('message_grant.quota', { type: 'number', default: 5, group: 'windows' }),
    field('notice_templates', { type: 'lines', default: [] }),
    field('strict', { type: 'bool', default: true }),
    field('base_url', { type: 'address', default: 'https://api.example', group: 'advanced' }),
  ],
}
const account = (more: Partial<Account> = {}): Account => ({
  id: 'wechat-main',
  kind: 'wechat',
  name: '主号',
  state: 'running',
  problem: '',
  paused: false,
  source: 'here',
  version: 3,
  config: { app_id: 'wx1', 'message_grant.quota': 3, notice_templates: ['a', 'b'] },
  secrets: {
    app_secret: { set: true, changed_at: null },
    aes_key: { set: true, changed_at: null },
  },
  health: {},
  quota: [],
  hook_url: '',
  offers: [],
  updated_at: null,
  updated_by: '',
  ...more,
})

it('what is left blank is not sent, so that the default holds', () => {
  const draft = draftOf(KIND, null)
  expect(askedOf(KIND, draft).config).toEqual({ mode: 'safe', strict: true })
})

it('values go as what they are: numbers, lists, switches', () => {
  const draft = draftOf(KIND, account())
  draft.values['notice_templates'] = ' a \n\n c'
  draft.values['strict'] = false
  expect(askedOf(KIND, draft).config).toEqual({
    app_id: 'wx1',
    mode: 'safe',
    'message_grant.quota': 3,
    notice_templates: ['a', 'c'],
    strict: false,
  })
})

it('a secret nobody touched is not sent and so stays', () => {
  const draft = draftOf(KIND, account())
  draft.secrets = { app_secret: '', aes_key: null }
  expect(askedOf(KIND, draft).secrets).toEqual({ aes_key: null })
})

it('names what is missing of a new account', () => {
  const draft = { ...draftOf(KIND, null), id: 'Wechat!' }
  expect(problemsOf(KIND, draft, null, [])).toEqual({
    id: 'id',
    app_id: 'required',
    app_secret: 'required',
  })
})

it('an id that stands already is taken', () => {
  const draft = { ...draftOf(KIND, null), id: 'wechat-main' }
  expect(problemsOf(KIND, draft, null, ['wechat-main'])['id']).toBe('taken')
})

it('letters in a number are found', () => {
  const draft = draftOf(KIND, account())
  draft.values['message_grant.quota'] = '5 条'
  expect(problemsOf(KIND, draft, account(), [])).toEqual({ 'message_grant.quota': 'number' })
})

it('a required secret cannot be taken away', () => {
  const draft = draftOf(KIND, account())
  draft.secrets = { app_secret: null }
  expect(problemsOf(KIND, draft, account(), [])).toEqual({ app_secret: 'required' })
})

it('another address wants the secrets again, each that stands', () => {
  const draft = draftOf(KIND, account())
  draft.values['base_url'] = 'https://proxy.example'
  draft.secrets = { app_secret: 'new' }
  expect(problemsOf(KIND, draft, account(), [])).toEqual({ aes_key: 'again' })
})

it('the default address written out is the same address', () => {
  const draft = draftOf(KIND, account())
  draft.values['base_url'] = 'https://api.example'
  expect(problemsOf(KIND, draft, account(), [])).toEqual({})
})

it('a new account gets a free name', () => {
  expect(freeId('wechat', [])).toBe('wechat-main')
  expect(freeId('wechat', ['wechat-main', 'wechat-2'])).toBe('wechat-3')
})

it('finds the field a problem of the hub points at', () => {
  expect(fieldOf('/body/config/message_grant.quota')).toBe('message_grant.quota')
  expect(fieldOf('/body/secrets/app_secret')).toBe('app_secret')
  expect(fieldOf('/body/name')).toBe('name')
})

it('only keys that are set and have a place for the one before can be rotated', () => {
  expect(rotatable(KIND, account()).map(({ name }) => name)).toEqual(['aes_key'])
  expect(rotatable(KIND, account({ source: 'file' }))).toEqual([])
})
