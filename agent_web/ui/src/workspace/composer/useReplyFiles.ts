/** The files of one reply: from the dialog, the clipboard or the hand, by the channel's rules. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { useWords } from '@/shared/useWords'
import { useToasts } from '../stores/toasts'
import { MOST_FILES, useAttachments, type Attachment } from './attachments'
import { useCatalogue } from './catalogue'
import { acceptOf, goesAsLink, takenBy } from './fileRules'
import { useFileDrop } from './useFileDrop'

export interface ReplyFiles {
  list: ComputedRef<Attachment[]>
  /** How many go out as they stand. */
  count: ComputedRef<number>
  /** Something is under way or went wrong: a reply now would miss it. */
  unsettled: ComputedRef<boolean>
  /** The channel sends files at all, as far as is known. */
  may: ComputedRef<boolean>
  accept: ComputedRef<string>
  /** Endings of what may go out, as far as is known. */
  taken: ComputedRef<string[]>
  asLink: (file: Attachment) => boolean
  /** Files hang over the conversation. */
  over: Ref<boolean>
  picked: (event: Event) => void
  pasted: (event: ClipboardEvent) => void
}

/** `open`: files are wanted now. `zone`: where they may be let go. */
export function useReplyFiles(
  conversationId: () => string,
  channelId: () => string,
  open: () => boolean,
  zone: () => HTMLElement | null,
): ReplyFiles {
  const attachments = useAttachments()
  const catalogue = useCatalogue()
  const toasts = useToasts()
  const { t } = useWords()

  const rules = computed(() => catalogue.fileRules(channelId()))
  const linked = computed(() => catalogue.linkedFiles(channelId()))
  const list = computed(() => attachments.of(conversationId()))
  const may = computed(
    () =>
      open() &&
      (rules.value === undefined ||
        Object.keys(rules.value).length + linked.value.kinds.length > 0),
  )

  function take(files: readonly File[]): void {
    if (files.length === 0) return
    if (!may.value) {
      toasts.say(t(open() ? 'talk.attach.none' : 'talk.attach.notNow'), 'warn')
      return
    }
    const left = attachments.add(conversationId(), channelId(), files)
    if (left > 0) toasts.say(t('talk.attach.tooMany', { n: left, most: MOST_FILES }), 'warn')
  }

  return {
    list,
    count: computed(() => list.value.filter((each) => each.state === 'ready').length),
    unsettled: computed(() =>
      list.value.some((each) => each.state === 'uploading' || each.state === 'failed'),
    ),
    may,
    accept: computed(() => acceptOf(rules.value, linked.value.kinds)),
    taken: computed(() => takenBy(rules.value, linked.value.kinds)),
    asLink: (file) => goesAsLink(file, rules.value, linked.value),
    over: useFileDrop(zone, take),
    picked: (event) => {
      const input = event.target as HTMLInputElement
      take([...(input.files ?? [])])
      input.value = ''
    },
    pasted: (event) => {
      const files = [...(event.clipboardData?.files ?? [])]
      // A copied table comes as words and as a picture of them: the words are meant.
      if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return
      event.preventDefault()
      take(files)
    },
  }
}
