/** All that happened with one customer as rows of a log, oldest first. Pure. */
import type { MarkDoc, MessageDoc, NoteDoc, ScreenDoc } from '@/shared/protocol'

export type Entry = MessageDoc | NoteDoc | MarkDoc

export type Row =
  | { row: 'day'; key: string; at: string }
  /** What stands above belongs to earlier conversations, or (`later`) what follows to later ones. */
  | { row: 'border'; key: string; later: boolean }
  | { row: 'mark'; key: string; mark: MarkDoc }
  | { row: 'note'; key: string; note: NoteDoc }
  | { row: 'group'; key: string; ours: boolean; author: string; at: string; messages: MessageDoc[] }

const byNumberInText = new Intl.Collator('en', { numeric: true })

export const isEntry = (doc: ScreenDoc): doc is Entry =>
  doc.kind === 'message' || doc.kind === 'note' || doc.kind === 'mark'

/** By their number; time says nothing. */
export const inOrder = (entries: Iterable<Entry>): Entry[] =>
  [...entries].sort((a, b) => a.n - b.n || byNumberInText.compare(a.id, b.id))

/** An offer that was taken up at once says nothing the assignment does not say. */
export function withoutNoise(entries: readonly Entry[]): Entry[] {
  const marks = entries.filter((entry) => entry.kind === 'mark')
  const taken = new Set<MarkDoc>()
  marks.forEach((mark, index) => {
    const next = marks[index + 1]
    if (mark.what === 'offered' && next?.what === 'assigned' && next.who === mark.who)
      taken.add(mark)
  })
  return entries.filter((entry) => entry.kind !== 'mark' || !taken.has(entry))
}

/** Entries are numbered by commit and place in it. */
export const LINES_A_COMMIT = 1000
export const commitOf = (entry: Entry): number => Math.floor(entry.n / LINES_A_COMMIT)

const day = (at: string): string => new Date(at).toDateString()
const minute = (at: string): number => Math.floor(Date.parse(at) / 60_000)

export function rowsOf(entries: Iterable<Entry>, conversationId: string): Row[] {
  const rows: Row[] = []
  let before: Entry | undefined
  for (const entry of withoutNoise(inOrder(entries))) {
    if (before) {
      const border = borderBetween(before, entry, conversationId)
      if (border) rows.push(border)
    }
    if (!before || day(before.at) !== day(entry.at))
      rows.push({ row: 'day', key: `day ${entry.id}`, at: entry.at })
    append(rows, entry)
    before = entry
  }
  return rows
}

function borderBetween(before: Entry, entry: Entry, conversationId: string): Row | null {
  if (before.conversation_id === entry.conversation_id) return null
  const enters = entry.conversation_id === conversationId
  const leaves = before.conversation_id === conversationId
  return enters || leaves ? { row: 'border', key: `border ${entry.id}`, later: leaves } : null
}

function append(rows: Row[], entry: Entry): void {
  if (entry.kind === 'mark') rows.push({ row: 'mark', key: entry.id, mark: entry })
  else if (entry.kind === 'note') rows.push({ row: 'note', key: entry.id, note: entry })
  else {
    const last = rows.at(-1)
    if (last?.row === 'group' && belongs(last, entry)) last.messages.push(entry)
    else
      rows.push({
        row: 'group',
        key: entry.id,
        ours: entry.author !== 'customer',
        author: entry.author,
        at: entry.at,
        messages: [entry],
      })
  }
}

const belongs = (group: { author: string; at: string }, message: MessageDoc): boolean =>
  group.author === message.author && minute(group.at) === minute(message.at)

/** The words of others that came after the commit somebody had looked at. */
export function since(entries: Iterable<Entry>, seen: number, me: string): MessageDoc[] {
  return inOrder(entries).filter(
    (entry): entry is MessageDoc =>
      entry.kind === 'message' && commitOf(entry) > seen && entry.author !== me && !entry.withheld,
  )
}
