/** The picture of a link card: one file, checked by the channel's rule, uploaded at once. */
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { Declined } from '../../rest/api'
import { Stopped, upload, type Upload } from '../../rest/upload'
import { objection, type FileRule, type Objection } from '../fileRules'

export interface Picture {
  /** 0 to 1 while it is on its way, null otherwise. */
  progress: Ref<number | null>
  objection: ShallowRef<Objection | null>
  /** Why the hub did not take it; "unreachable" when it did not answer. */
  code: Ref<string>
  give: (file: File) => void
}

export function usePicture(
  rule: () => FileRule | null,
  uploaded: (mediaId: string) => void,
): Picture {
  const progress = ref<number | null>(null)
  const wrong = shallowRef<Objection | null>(null)
  const code = ref('')
  let going: Upload | null = null

  function give(file: File): void {
    going?.stop()
    const image = rule()
    code.value = ''
    wrong.value = objection(file, image ? { image } : {})
    if (wrong.value) return
    progress.value = 0
    const started = upload(file, (share) => (progress.value = share))
    going = started
    started.done.then(
      ({ media_id }) => {
        progress.value = null
        uploaded(media_id)
      },
      (error: unknown) => {
        if (error instanceof Stopped) return
        progress.value = null
        code.value =
          error instanceof Declined ? error.reason || String(error.status) : 'unreachable'
      },
    )
  }

  onBeforeUnmount(() => going?.stop())
  return { progress, objection: wrong, code, give }
}
