/** Writing to customers and to colleagues: shown at once, sent once, given back when refused. */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowReactive, watch } from 'vue'
import type { AgentCommand, Card } from '@/shared/protocol'
import { modeOf, type Mode } from '../conversation/mode'
import { newId, useCommands, type Refused } from '../stores/commands'
import { useConversations } from '../stores/conversations'
import { useDesk } from '../stores/desk'
import { useLink } from '../stores/link'
import { useServing } from '../stores/serving'
import { useSession } from '../stores/session'
import { useAttachments } from './attachments'
import { useCards } from './cards/useCards'
import { useHeld } from './held'
import { asOutgoing, notShown, putBack, type Outgoing } from './outgoing'

/** How long the desk's picture may be behind its answer. */
const PICTURE_MS = 3000

const lineOf = (
  id: string,
  conversationId: string,
  kind: Outgoing['kind'],
  text: string,
  files: readonly string[] = [],
  card?: Card,
): Outgoing => ({
  ...{ id, conversationId, kind, text, at: Date.now(), state: 'waiting', seq: 0 },
  ...(files.length > 0 && { files }),
  ...(card && { card }),
})

export const useSending = defineStore('sending', () => {
  const commands = useCommands()
  const conversations = useConversations()
  const desk = useDesk()
  const session = useSession()
  const serving = useServing()
  const link = useLink()
  const attachments = useAttachments()
  const cards = useCards()
  const { held, hold, release } = useHeld<Outgoing>('held', () => session.me?.username ?? '')
  /** Interactions accepted or claimed here a moment ago, and until when that is believed. */
  const taken = shallowReactive(new Map<string, number>())
  const landing = shallowReactive(new Map<string, Outgoing>())

  /** As the documents say; what is being taken up counts as on its way at once. */
  function mode(conversationId: string): Mode {
    const work = desk.workOf(conversationId)
    const known = modeOf(
      session.me?.username ?? '',
      conversations.conversation(conversationId),
      work,
    )
    return (known === 'offered' || known === 'waiting') && isTaken(work?.id ?? '')
      ? 'joining'
      : known
  }

  const isTaken = (id: string): boolean =>
    (serving.asked.get(id) ?? 'decline') !== 'decline' || (taken.get(id) ?? 0) > link.now

  /** The answer may come a moment before the desk's picture of it. */
  watch(
    () => [...serving.asked].filter(([, what]) => what !== 'decline').map(([id]) => id),
    (now, before) => {
      for (const id of before) if (!now.includes(id)) taken.set(id, link.now + PICTURE_MS)
    },
    { flush: 'sync' },
  )

  // -------------------------------------------------------------- out
  /** False when this conversation is not mine to write in; everything stays with the caller. */
  function send(
    conversationId: string,
    text: string,
    files: readonly string[] = [],
    card?: Card,
  ): boolean {
    const now = mode(conversationId)
    if (now !== 'mine' && now !== 'joining') return false
    const id = newId()
    const line = lineOf(id, conversationId, 'send', text, files, card)
    if (now === 'mine') give(line)
    else hold({ ...line, state: 'held' })
    return true
  }

  function give(line: Outgoing): void {
    const { conversationId, text, files = [], card } = line
    const { interaction_id = '', epoch = 0 } = conversations.conversation(conversationId) ?? {}
    const seen = conversations.seqOf(conversationId)
    const words = text === '' ? {} : { text }
    const media = files.length > 0 ? { media_ids: [...files] } : {}
    carry(line, {
      do: 'send',
      conversation_id: conversationId,
      ...{ interaction_id, epoch, ...words, ...media, ...(card && { card }), seen },
    })
  }

  function note(conversationId: string, text: string): void {
    carry(lineOf(newId(), conversationId, 'note', text), {
      do: 'note',
      conversation_id: conversationId,
      text,
    })
  }

  function carry(line: Outgoing, command: AgentCommand): void {
    void commands.do(command, line.id).then(({ state, seq }) => {
      if (state === 'decided') landing.set(line.id, { ...line, state: 'landing', seq })
    })
  }

  /** Shown by now, or never to be: the conversation is not on this screen any more. */
  const landed = computed(() =>
    [...landing.values()].filter(({ conversationId, seq }) => {
      const topic = conversations.topicOf(conversationId)
      return !topic || topic.at.state === 'closed' || topic.at.seq >= seq
    }),
  )
  watch(landed, (lines) => {
    for (const { id } of lines) landing.delete(id)
  })

  /** What waited for the assignment goes out with it, or comes back when it went elsewhere. */
  const ripe = computed(() =>
    desk.ready ? [...held.values()].filter((each) => mode(each.conversationId) !== 'joining') : [],
  )
  const stopWatching = watch(ripe, (lines) => {
    for (const line of lines) {
      if (mode(line.conversationId) === 'mine') give({ ...line, state: 'waiting' })
      else giveBack(line)
      release(line.id)
    }
  })
  onScopeDispose(stopWatching)

  // -------------------------------------------------------------- on the way
  function outgoing(conversationId: string): Outgoing[] {
    const pending = commands.pending.flatMap((each) => asOutgoing(each) ?? [])
    const lines = [...landing.values(), ...pending, ...held.values()].filter(
      (each) => each.conversationId === conversationId,
    )
    const topic = conversations.topicOf(conversationId)
    // A customer who went to somebody else is not followed any more.
    const seq = topic?.at.state === 'closed' ? Infinity : (topic?.at.seq ?? 0)
    return notShown(lines, topic?.all('message') ?? [], seq)
  }

  /** Once more, under the same id: the hub does it once. */
  function retry(id: string): void {
    const found = commands.pending.find((each) => each.id === id)
    if (found) void commands.do(found.command, id)
  }

  /** Give up what is not confirmed; the words go back to the box. */
  function drop(line: Outgoing): void {
    release(line.id)
    commands.dismiss(line.id)
    giveBack(line)
  }

  // -------------------------------------------------------------- refused
  const refusals = (conversationId: string): Refused[] =>
    commands.refused.filter((each) => asOutgoing(each)?.conversationId === conversationId)

  /** The words of a refused one go back to the box it came from. */
  function takeBack(refused: Refused): void {
    const line = asOutgoing(refused)
    commands.dismiss(refused.id)
    if (line) giveBack(line)
  }

  const boxOf = (line: Outgoing): string =>
    line.kind === 'note' ? `note:${line.conversationId}` : line.conversationId

  function giveBack(line: Outgoing): void {
    const { text, files = [], card } = line
    const box = boxOf(line)
    conversations.setDraft(box, putBack(text, conversations.draft(box)))
    if (files.length > 0) attachments.putBack(box, files)
    if (card) cards.putBack(box, card)
  }

  return { mode, send, note, outgoing, retry, drop, refusals, takeBack }
})
