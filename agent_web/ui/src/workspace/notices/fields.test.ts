import { describe, expect, it } from 'vitest'
import {
  choosable,
  consentsLeft,
  fieldAt,
  filled,
  problemOf,
  rowsOf,
  type Template,
  type TemplateField,
} from './fields'

const field = (name: string, type: string, most = 20, label = name): TemplateField => ({
  ...{ name, label, type, most, choices: [] },
})
const template = (given: Partial<Template> = {}): Template => ({
  ...{ id: 't', title: '还款提醒', kind: 'template', lasting: false, enabled: true, example: '' },
  fields: [field('first', 'text', 200, ''), field('thing1', 'thing', 20, '产品')],
  ...given,
})

describe('a value', () => {
  it.each([
    ['thing', '', 'missing'],
    ['thing', '  ', 'missing'],
    ['text', '', ''],
    ['thing', '贷'.repeat(20), ''],
    ['thing', '贷'.repeat(21), 'long'],
    ['thing', '😀'.repeat(20), ''],
  ])('of a %s, "%s", is %s', (type, value, problem) => {
    expect(problemOf(field('a', type), value)).toBe(problem)
  })
})

it('is sent without what is empty, in the order of the template', () => {
  const values = { thing1: ' 房贷 ', first: '', other: 'x' }
  expect(Object.entries(filled(template(), values))).toEqual([['thing1', '房贷']])
})

it('keeps the place of what is still to be written', () => {
  expect(rowsOf(template(), {}, '……')).toEqual([{ label: '产品', value: '……' }])
  expect(rowsOf(template(), { first: '您好', thing1: '房贷' }, '……')).toEqual([
    { label: '', value: '您好' },
    { label: '产品', value: '房贷' },
  ])
})

describe('consent', () => {
  const asked = template({ id: 'sub', kind: 'subscription' })

  it('is asked for by subscriptions only', () => {
    expect(consentsLeft(template(), {})).toBeNull()
    expect(consentsLeft(asked, {})).toBe(0)
    expect(consentsLeft(asked, { sub: 2 })).toBe(2)
  })

  it('puts what the customer takes first, and leaves out what the bank does not allow', () => {
    const all = [asked, template(), template({ id: 'off', enabled: false })]
    expect(choosable(all, {}).map((each) => each.id)).toEqual(['t', 'sub'])
    expect(choosable(all, { sub: 1 }).map((each) => each.id)).toEqual(['sub', 't'])
  })
})

it('knows the field a problem points at', () => {
  expect(fieldAt('/body/values/thing1')).toBe('thing1')
  expect(fieldAt('/body/url')).toBe('')
})
