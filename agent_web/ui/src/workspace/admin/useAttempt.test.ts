import { expect, test, vi } from 'vitest'
import { useAttempt } from './useAttempt'

const said = (error: unknown): string => String(error)

test('a second click while one is under way does nothing', async () => {
  const { busy, underWay, attempt } = useAttempt(said)
  let end = (): void => undefined
  const waiting = new Promise<void>((resolve) => (end = resolve))
  const second = vi.fn(() => Promise.resolve())
  const first = attempt(() => waiting, 'row 1')
  await attempt(second, 'row 2')
  expect([busy.value, underWay.value]).toEqual([true, 'row 1'])
  end()
  await first
  expect(second).not.toHaveBeenCalled()
  expect([busy.value, underWay.value]).toEqual([false, ''])
})

test('what went wrong is told until the next attempt begins', async () => {
  const { busy, problem, attempt } = useAttempt(said)
  await attempt(() => Promise.reject(new Error('no')))
  expect([busy.value, problem.value]).toEqual([false, 'Error: no'])
  const seen: string[] = []
  await attempt(() => {
    seen.push(problem.value)
    return Promise.resolve()
  })
  expect(seen).toEqual([''])
  expect(problem.value).toBe('')
})
