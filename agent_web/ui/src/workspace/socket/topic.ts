/** The documents of one topic as this screen holds them, kept so that Vue follows each of them. */
import { shallowReactive } from 'vue'
import type { ScreenDoc, Update } from '@/shared/protocol'

export type TopicState = 'opening' | 'live' | 'closed'

const OPENING = 'opening' as TopicState

const keyOf = (kind: string, id: string): string => `${kind}:${id}`

export class TopicDocs {
  readonly name: string
  /** Documents by kind and id. */
  readonly docs = shallowReactive(new Map<string, ScreenDoc>())
  /** `seq`: the number held. `reason`: why the server closed the topic. */
  readonly at = shallowReactive({ seq: 0, state: OPENING, reason: '' })

  constructor(name: string) {
    this.name = name
  }

  /** An update heard twice, or late, changes nothing. */
  take(update: Update): void {
    if (update.full) this.replace(update.docs)
    else {
      for (const doc of update.docs) this.put(doc)
      for (const gone of update.gone) this.drop(keyOf(gone.kind, gone.id), update.seq)
    }
    this.at.seq = update.full ? update.seq : Math.max(this.at.seq, update.seq)
    this.at.state = 'live'
    this.at.reason = ''
  }

  close(reason: string): void {
    this.docs.clear()
    Object.assign(this.at, { seq: 0, state: 'closed', reason })
  }

  get<K extends ScreenDoc['kind']>(
    kind: K,
    id: string,
  ): Extract<ScreenDoc, { kind: K }> | undefined {
    return this.docs.get(keyOf(kind, id)) as Extract<ScreenDoc, { kind: K }> | undefined
  }

  all<K extends ScreenDoc['kind']>(kind: K): Extract<ScreenDoc, { kind: K }>[] {
    const found: Extract<ScreenDoc, { kind: K }>[] = []
    for (const doc of this.docs.values())
      if (doc.kind === kind) found.push(doc as Extract<ScreenDoc, { kind: K }>)
    return found
  }

  private put(doc: ScreenDoc): void {
    const key = keyOf(doc.kind, doc.id)
    if ((this.docs.get(key)?.seq ?? -1) <= doc.seq) this.docs.set(key, doc)
  }

  private drop(key: string, seq: number): void {
    if ((this.docs.get(key)?.seq ?? seq + 1) <= seq) this.docs.delete(key)
  }

  private replace(docs: readonly ScreenDoc[]): void {
    const keys = new Set(docs.map((doc) => keyOf(doc.kind, doc.id)))
    for (const key of this.docs.keys()) if (!keys.has(key)) this.docs.delete(key)
    for (const doc of docs) this.docs.set(keyOf(doc.kind, doc.id), doc)
  }
}
