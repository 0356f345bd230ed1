/** How long the talk lasts and whether the customer waits for an answer. Pure. */
import type { Entry } from './thread'

export interface Wait {
  /** When the talk with a person began, "" when it has not. */
  began: string
  /** Of the customer: the first word nobody has answered, else the last one; "" for none. */
  at: string
  answered: boolean
}

/** Of one conversation, from its entries in order. A bot's word is no answer of ours. */
export function waitOf(entries: readonly Entry[]): Wait {
  const wait: Wait = { began: '', at: '', answered: true }
  for (const entry of entries) {
    if (entry.kind === 'mark' && entry.what === 'assigned') {
      wait.began = entry.at
      if (!wait.answered) wait.at = entry.at
    } else if (entry.kind === 'message') hear(wait, entry.author, entry.at)
  }
  return wait
}

function hear(wait: Wait, author: string, at: string): void {
  if (author === 'customer') {
    if (wait.answered) wait.at = at
    wait.answered = false
  } else if (author !== 'bot' && author !== 'system') wait.answered = true
}

export type WaitTone = 'calm' | 'late' | 'very-late'

export const waitTone = (waitedMs: number, targetS: number): WaitTone => {
  if (waitedMs <= targetS * 1000) return 'calm'
  return waitedMs <= targetS * 2000 ? 'late' : 'very-late'
}
