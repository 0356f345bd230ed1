/** What must hold of the words of every page: both languages are whole and polite. */
import { describe, expect, it } from 'vitest'

function keys(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const here = path === '' ? name : `${path}.${name}`
    return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? keys(inner, here)
      : [here]
  })
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([hit]) => hit)

const at = (language: object, key: string): unknown =>
  key.split('.').reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], language)

export function checkLanguages(zh: object, en: object): void {
  describe('the two languages', () => {
    it('have the same keys', () => {
      expect(keys(en).sort()).toEqual(keys(zh).sort())
    })

    it('fill in the same values', () => {
      for (const key of keys(zh)) {
        const [left, right] = [at(zh, key), at(en, key)]
        if (typeof left !== 'string' || typeof right !== 'string') continue
        for (const form of right.split(' | '))
          expect(places(form).sort(), key).toEqual(places(left).sort())
      }
    })

    it('leave no text empty', () => {
      for (const language of [zh, en]) expect(texts(language)).not.toContain('')
    })

    it('never address anybody as 你', () => {
      expect(texts(zh).filter((text) => text.includes('你'))).toEqual([])
    })
  })
}
