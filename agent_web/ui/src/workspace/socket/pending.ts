/**
 * Commands the hub has not answered yet.
 *
 * Each is kept in the tab's own storage until its answer is there, so that neither a reload nor a
 * killed hub loses one; its id is the key under which the hub does it once, however often it comes.
 * Refused words stay there until somebody has them back.
 */
import { shallowReactive } from 'vue'
import { keep, stored } from '@/shared/tabStorage'
import type { AgentCommand, Done } from '@/shared/protocol'

export interface Pending {
  id: string
  command: AgentCommand
  /** When it was given, in milliseconds of this machine. */
  at: number
}

/** A command a rule refused, kept until somebody has seen it. */
export interface Refused extends Pending {
  done: Done
}

export type Answer = (done: Done) => void

const openKey = (username: string): string => `lianluo.pending.${username}`
const refusedKey = (username: string): string => `lianluo.refused.${username}`

/** What somebody wrote; of other acts nothing is lost by a refusal. */
const hasWords = ({ command }: Pending): boolean => command.do === 'send' || command.do === 'note'

export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')

export class PendingCommands {
  readonly open = shallowReactive(new Map<string, Pending>())
  readonly refused = shallowReactive(new Map<string, Refused>())
  private readonly answers = new Map<string, Answer>()
  private username = ''

  /** Takes up what this user left behind in this tab; what is another's stays where it is. */
  belongTo(username: string): void {
    if (username === this.username) return
    this.username = username
    this.open.clear()
    this.refused.clear()
    this.answers.clear()
    if (username === '') return
    for (const each of stored<Refused>(refusedKey(username))) this.refused.set(each.id, each)
    for (const each of stored<Pending>(openKey(username))) this.open.set(each.id, each)
  }

  add(id: string, command: AgentCommand, at: number): Promise<Done> {
    this.open.set(id, { id, command, at })
    this.store()
    return new Promise((resolve) => {
      this.answers.set(id, resolve)
    })
  }

  settle(done: Done): void {
    const found = this.open.get(done.id)
    if (!found) return
    this.open.delete(done.id)
    if (done.state === 'refused') this.refused.set(done.id, { ...found, done })
    this.store()
    this.answers.get(done.id)?.(done)
    this.answers.delete(done.id)
  }

  /** The person no longer wants it. What the hub already has stays done. */
  forget(id: string): void {
    this.open.delete(id)
    this.refused.delete(id)
    this.answers.delete(id)
    this.store()
  }

  /** The person leaves: nothing of theirs is sent or kept any more. */
  abandon(): void {
    this.open.clear()
    this.refused.clear()
    this.store()
    this.belongTo('')
  }

  private store(): void {
    if (this.username === '') return
    keep(refusedKey(this.username), [...this.refused.values()].filter(hasWords))
    keep(openKey(this.username), [...this.open.values()])
  }
}
