import { expect, it } from 'vitest'
import { usePaged, type PageOf, type Paged } from './usePaged'

/** Two pages; `away` are the cursors that get no answer. */
function paged(away: Set<string>): { list: Paged<string>; asked: string[] } {
  const asked: string[] = []
  const list = usePaged((cursor): Promise<PageOf<string>> => {
    asked.push(cursor)
    if (away.has(cursor)) return Promise.reject(new Error('away'))
    return Promise.resolve(
      cursor === '' ? { items: ['a'], next: '2' } : { items: ['b'], next: null },
    )
  })
  return { list, asked }
}

it('repeats the reload that failed, not the page after it', async () => {
  const away = new Set<string>()
  const { list, asked } = paged(away)
  await list.load()
  away.add('')
  await list.load()
  expect([list.state.value, list.items.value]).toEqual(['there', ['a']])
  expect(list.trouble.value).toBeInstanceOf(Error)
  away.clear()
  await list.again()
  expect(asked).toEqual(['', '', ''])
  expect([list.trouble.value, list.items.value]).toEqual([null, ['a']])
})

it('repeats the page that failed, and shows it once', async () => {
  const away = new Set(['2'])
  const { list, asked } = paged(away)
  await list.load()
  await list.next()
  away.clear()
  await list.again()
  expect(asked).toEqual(['', '2', '2'])
  expect([list.items.value, list.more.value]).toEqual([['a', 'b'], false])
})

it('begins anew where nothing ever came', async () => {
  const away = new Set([''])
  const { list } = paged(away)
  await list.load()
  expect(list.state.value).toBe('failed')
  away.clear()
  const coming = list.again()
  expect(list.state.value).toBe('loading')
  await coming
  expect([list.state.value, list.items.value]).toEqual(['there', ['a']])
})
