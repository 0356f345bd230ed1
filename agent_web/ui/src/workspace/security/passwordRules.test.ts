import { expect, it } from 'vitest'
import { isFit, judge } from './passwordRules'

const kept = (username: string, fresh: string, again = fresh): string[] =>
  judge(username, fresh, again)
    .filter((each) => each.kept)
    .map(({ rule }) => rule)

it('an empty box keeps no rule', () => {
  expect(kept('agent1', '')).toEqual([])
})

it('ten characters of more than three kinds without the user name are fit', () => {
  expect(isFit(judge('agent1', '河岸 lamp 42!x', '河岸 lamp 42!x'))).toBe(true)
})

it('the user name in any case is found', () => {
  expect(kept('agent1', 'My-AGENT1-is-here')).toEqual(['length', 'variety', 'same'])
})

it('a short user name is no part of speech', () => {
  expect(kept('li', 'liliums grow')).toContain('name')
})

it('the second box must say the same', () => {
  expect(kept('agent1', 'riverbank-42', 'riverbank-43')).toEqual(['length', 'variety', 'name'])
})

it('three characters over and over are no password', () => {
  expect(kept('agent1', 'ababcabcabc')).not.toContain('variety')
})
