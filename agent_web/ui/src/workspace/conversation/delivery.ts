/** What became of a message of ours, in the states a person may rely on. Pure. */
import type { IconName } from '@/shared/icons'
import type { DeliveryDoc, DeliveryState, MessageDoc } from '@/shared/protocol'

export type FateWord = DeliveryState | 'withheld' | 'resent'
export type FateTone = 'quiet' | 'good' | 'warn' | 'bad'

export interface Fate {
  /** The outbox row, "" when there is none. */
  key: string
  word: FateWord
  tone: FateTone
  icon: IconName
  code: string
  providerCode: string
  /** Which piece of a message that goes out in several, from 1; 0 when it is the whole. */
  piece: number
  /** Somebody has to choose: send again or give up. */
  open: boolean
}

/** How far a row has come; the message is no further than its slowest piece. */
const STEP: Readonly<Record<DeliveryState, number>> = {
  queued: 0,
  sending: 1,
  sent: 2,
  delivered: 3,
  read: 4,
  discarded: 5,
  uncertain: 6,
  failed: 7,
}
const LOOKS: Readonly<Record<FateWord, [FateTone, IconName]>> = {
  queued: ['quiet', 'clock'],
  sending: ['quiet', 'clock'],
  sent: ['good', 'check'],
  delivered: ['good', 'check'],
  read: ['good', 'check'],
  failed: ['bad', 'warn'],
  uncertain: ['warn', 'ask'],
  discarded: ['quiet', 'close'],
  withheld: ['warn', 'stop'],
  resent: ['quiet', 'reply'],
}

const fate = (word: FateWord, more: Partial<Fate> = {}): Fate => {
  const [tone, icon] = LOOKS[word]
  return { key: '', word, tone, icon, code: '', providerCode: '', piece: 0, open: false, ...more }
}

/** The rows that have been sent again by a later message. */
export const resentRows = (messages: Iterable<MessageDoc>): Set<string> => {
  const rows = new Set<string>()
  for (const message of messages) if (message.resend_of) rows.add(message.resend_of)
  return rows
}

/**
 * One line when all went alike, else one for each piece that needs a word of its own; nothing for
 * what a customer wrote.
 */
export function fatesOf(message: MessageDoc, resent: ReadonlySet<string>): Fate[] {
  if (message.withheld) return [fate('withheld', { code: message.withheld })]
  const rows = message.deliveries
  if (rows.length === 0) return []
  const troubled = rows.flatMap((row, index) =>
    isTrouble(row) ? [troubleOf(row, rows.length > 1 ? index + 1 : 0, resent)] : [],
  )
  if (troubled.length > 0) return troubled
  const slowest = rows.reduce((least, row) => (STEP[row.state] < STEP[least.state] ? row : least))
  return [fate(slowest.state, { key: slowest.key })]
}

const isTrouble = (row: DeliveryDoc): boolean => STEP[row.state] >= STEP.discarded

function troubleOf(row: DeliveryDoc, piece: number, resent: ReadonlySet<string>): Fate {
  const common = { key: row.key, piece, code: row.code, providerCode: row.provider_code }
  if (row.state === 'discarded') return fate('discarded', { ...common, code: '' })
  if (resent.has(row.key)) return fate('resent', common)
  return fate(row.state, { ...common, open: true })
}
