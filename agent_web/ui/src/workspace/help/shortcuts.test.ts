import { expect, it } from 'vitest'
import { actOf } from './shortcuts'

function press(init: KeyboardEventInit, on: HTMLElement = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true })
  Object.defineProperty(event, 'target', { value: on })
  return event
}

const element = (html: string): HTMLElement => {
  document.body.innerHTML = html
  return document.body.querySelector<HTMLElement>('[data-here]') ?? document.body
}

it('single keys act where nobody types', () => {
  expect(actOf(press({ key: 'a', code: 'KeyA' }))).toBe('accept')
  expect(actOf(press({ key: '?', code: 'Slash', shiftKey: true }))).toBe('help')
})

it.each(['<input data-here>', '<textarea data-here></textarea>'])(
  'single keys stay letters in %s, with Alt they act',
  (html) => {
    const box = element(html)
    expect(actOf(press({ key: 'a', code: 'KeyA' }, box))).toBeNull()
    expect(actOf(press({ key: 'å', code: 'KeyA', altKey: true }, box))).toBe('accept')
  },
)

it('single keys belong to an open dialog', () => {
  const inside = element('<div role="dialog"><button data-here></button></div>')
  expect(actOf(press({ key: 'r', code: 'KeyR' }, inside))).toBeNull()
})

it('a key that composes Chinese never acts', () => {
  expect(actOf(press({ key: 'a', code: 'KeyA', isComposing: true }))).toBeNull()
})

it('a key held down declines once only, but walks on', () => {
  expect(actOf(press({ key: 'r', code: 'KeyR', repeat: true }))).toBeNull()
  expect(actOf(press({ key: 'j', code: 'KeyJ', repeat: true }))).toBe('next')
})

it('the browser keeps its own keys', () => {
  expect(actOf(press({ key: 'r', code: 'KeyR', ctrlKey: true }))).toBeNull()
  expect(actOf(press({ key: 'k', code: 'KeyK', ctrlKey: true }))).toBe('search')
})
