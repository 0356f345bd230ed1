/** Every key of the workspace in one place: what the page listens to, and what the sheet shows. */
export const groups = [
  {
    name: 'move',
    keys: [
      { name: 'next', plain: ['J'], alt: ['Alt', 'J'] },
      { name: 'previous', plain: ['K'], alt: ['Alt', 'K'] },
      { name: 'openRow', plain: ['Enter'] },
      { name: 'scopes', plain: ['1', '2', '3'] },
      { name: 'reply', alt: ['Alt', 'L'] },
    ],
  },
  {
    name: 'work',
    keys: [
      { name: 'ready', plain: ['S'], alt: ['Alt', 'S'] },
      { name: 'presence', plain: ['M'], alt: ['Alt', 'M'] },
      { name: 'accept', plain: ['A'], alt: ['Alt', 'A'] },
      { name: 'decline', plain: ['R'], alt: ['Alt', 'R'] },
    ],
  },
  {
    name: 'talk',
    keys: [
      { name: 'send', plain: ['Enter'] },
      { name: 'newline', plain: ['Shift', 'Enter'] },
      { name: 'phrases', plain: ['/'] },
      { name: 'note', alt: ['Alt', 'P'] },
      { name: 'transfer', alt: ['Alt', 'T'] },
      { name: 'end', alt: ['Alt', 'E'] },
      { name: 'finish', alt: ['Alt', '1…9'] },
    ],
  },
  {
    name: 'page',
    keys: [
      { name: 'search', plain: ['Ctrl', 'K'] },
      { name: 'customer', plain: ['I'], alt: ['Alt', 'I'] },
      { name: 'team', alt: ['Alt', 'G'] },
      { name: 'help', plain: ['?'] },
      { name: 'escape', plain: ['Esc'] },
    ],
  },
] as const

export type Act =
  | 'next'
  | 'previous'
  | 'accept'
  | 'decline'
  | 'ready'
  | 'presence'
  | 'customer'
  | 'team'
  | 'search'
  | 'help'
  | 'scope1'
  | 'scope2'
  | 'scope3'

const LETTERS: Partial<Record<string, Act>> = {
  J: 'next',
  K: 'previous',
  A: 'accept',
  R: 'decline',
  S: 'ready',
  M: 'presence',
  I: 'customer',
}
const PLAIN_ONLY: Partial<Record<string, Act>> = {
  '?': 'help',
  '1': 'scope1',
  '2': 'scope2',
  '3': 'scope3',
}
const REPEATING: readonly Act[] = ['next', 'previous']

const TYPING = 'input, textarea, select, [contenteditable]'
const BUSY = '[role="dialog"], [role="menu"], [role="listbox"], [data-keys="own"]'

const within = (target: EventTarget | null, selector: string): boolean =>
  target instanceof Element && target.closest(selector) !== null

/** What a key asks for. Single keys count only where nobody types; with Alt they count anywhere. */
export function actOf(event: KeyboardEvent): Act | null {
  if (event.isComposing || event.defaultPrevented) return null
  const found = named(event)
  return found !== null && event.repeat && !REPEATING.includes(found) ? null : found
}

function named(event: KeyboardEvent): Act | null {
  const { altKey, code, ctrlKey, key, metaKey, target } = event
  const letter = code.startsWith('Key') ? code.slice(3) : ''
  if ((ctrlKey || metaKey) && !altKey) return letter === 'K' && !event.shiftKey ? 'search' : null
  if (altKey && !ctrlKey && !metaKey) {
    if (code === 'Slash' && event.shiftKey) return 'help'
    return letter === 'G' ? 'team' : (LETTERS[letter] ?? null)
  }
  if (ctrlKey || altKey || metaKey) return null
  if (within(target, TYPING) || within(target, BUSY)) return null
  return PLAIN_ONLY[key] ?? LETTERS[key.toUpperCase()] ?? null
}
