/** A menu while it is edited. Pure. */
import type { FieldProblem } from '../rest/api'
import type { EntryKind, MenuButton, MenuEntry } from './api'

/** Keys of the hub's own making say what an entry does: they are made anew with it. */
const OWN_KEY = 'k-'

/** Which button is edited, and which entry of it; -1 is the button itself. */
export interface Place {
  button: number
  entry: number
}

const utf8 = new TextEncoder()
export const bytesOf = (text: string): number => utf8.encode(text.trim()).length

export const blankEntry = (kind: EntryKind = 'question'): MenuEntry => ({
  name: '',
  kind,
  key: '',
  question: '',
  queue_id: null,
  url: '',
  app_id: '',
  page: '',
})

export const blankButton = (): MenuButton => ({ ...blankEntry('question'), entries: [] })

export const opened = (button: MenuButton | undefined): boolean => button?.kind === 'group'

/** Of what is edited: a button, or one of its entries. */
export function found(
  buttons: readonly MenuButton[],
  place: Place | null,
): MenuButton | MenuEntry | undefined {
  const button = place === null ? undefined : buttons[place.button]
  return place === null || place.entry < 0 ? button : button?.entries[place.entry]
}

export function moved<T>(list: readonly T[], from: number, by: number): T[] {
  const changed = [...list]
  const [one] = changed.splice(from, 1)
  if (one !== undefined) changed.splice(from + by, 0, one)
  return changed
}

function askedEntry<T extends MenuEntry | MenuButton>(entry: T): T {
  const { kind } = entry
  const page = kind === 'link' || kind === 'mini_program'
  return {
    ...entry,
    name: entry.name.trim(),
    key: entry.key.startsWith(OWN_KEY) ? '' : entry.key,
    question: kind === 'question' ? entry.question.trim() : '',
    queue_id: kind === 'hand_off' ? entry.queue_id : null,
    url: page ? entry.url.trim() : '',
    app_id: kind === 'mini_program' ? entry.app_id.trim() : '',
    page: kind === 'mini_program' ? entry.page.trim() : '',
  }
}

/** What is sent: only what belongs to the kind that was chosen. */
export const askedOf = (buttons: readonly MenuButton[]): MenuButton[] =>
  buttons.map((button) => ({
    ...askedEntry(button),
    entries: opened(button) ? button.entries.map(askedEntry) : [],
  }))

/** What the hub said, by "0/name" of a button and "0/2/name" of an entry. */
export function toldOf(fields: readonly FieldProblem[]): Record<string, string> {
  const told: Record<string, string> = {}
  for (const { pointer, message } of fields) {
    const place = pointer.replace(/^\/body\/buttons\/?/, '').replace('/entries/', '/')
    told[place] ??= message
  }
  return told
}

export const prefixOf = ({ button, entry }: Place): string =>
  entry < 0 ? `${button}/` : `${button}/${entry}/`

/** Whether something of the button itself, or of one entry, is wrong. */
export const isWrong = (told: Record<string, string>, place: Place): boolean =>
  Object.keys(told).some((key) => {
    if (!key.startsWith(prefixOf(place))) return false
    return place.entry >= 0 || !/^\d+\/\d+\//.test(key)
  })
