/** The pictures of a log, so that one leads to the next. */
import { computed, inject, provide, ref, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import { mediaUrl, pieceOf } from './parts'
import type { Row } from './thread'

export interface Shot {
  id: string
  src: string
  name: string
}

export interface Gallery {
  shots: ComputedRef<Shot[]>
  /** The id of the one on show, "" for none. */
  shown: Ref<string>
}

const KEY: InjectionKey<(id: string) => void> = Symbol('gallery')

/** Pictures that can be shown, in the order of the log. */
export function shotsOf(rows: readonly Row[]): Shot[] {
  return rows.flatMap((row) =>
    row.row !== 'group'
      ? []
      : row.messages.flatMap((message) =>
          message.parts.map(pieceOf).flatMap((piece) => {
            const seen =
              piece.is === 'media' &&
              piece.media === 'image' &&
              piece.state === 'stored' &&
              piece.facts.preview
            return seen ? [{ id: piece.id, src: mediaUrl(piece.id), name: piece.name }] : []
          }),
        ),
  )
}

export function provideGallery(rows: () => readonly Row[]): Gallery {
  const shown = ref('')
  provide(KEY, (id) => (shown.value = id))
  return { shots: computed(() => shotsOf(rows())), shown }
}

export const useGallery = (): ((id: string) => void) => inject(KEY, () => undefined)
