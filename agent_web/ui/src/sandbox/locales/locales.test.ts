import { expect, it } from 'vitest'
import { checkLanguages } from '@/shared/localesCheck'
import { knownEvents, knownInputs } from '../model/words'
import { en } from './en'
import { zh } from './zh'

checkLanguages(zh, en)

it('has a word for every event and input', () => {
  for (const name of knownEvents) expect(zh.event).toHaveProperty(name)
  for (const name of knownInputs) expect(zh.input).toHaveProperty(name)
})
