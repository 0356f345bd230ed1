/** Files dragged onto a part of the page. What is dragged elsewhere never opens in this tab. */
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

const carriesFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false

/** `zone`: asked for once the page stands. Returns whether something hangs over it. */
export function useFileDrop(
  zone: () => HTMLElement | null,
  take: (files: File[]) => void,
): Ref<boolean> {
  const over = ref(false)
  let element: HTMLElement | null = null

  function onOver(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
    over.value = true
  }

  function onLeave(event: DragEvent): void {
    const to = event.relatedTarget
    if (!(to instanceof Node) || !element?.contains(to)) over.value = false
  }

  function onDrop(event: DragEvent): void {
    if (!carriesFiles(event)) return
    event.preventDefault()
    over.value = false
    take([...(event.dataTransfer?.files ?? [])])
  }

  /** A file let go beside the zone would replace the page. */
  function hold(event: DragEvent): void {
    if (carriesFiles(event)) event.preventDefault()
  }

  onMounted(() => {
    element = zone()
    element?.addEventListener('dragover', onOver)
    element?.addEventListener('dragleave', onLeave)
    element?.addEventListener('drop', onDrop)
    addEventListener('dragover', hold)
    addEventListener('drop', hold)
  })
  onBeforeUnmount(() => {
    element?.removeEventListener('dragover', onOver)
    element?.removeEventListener('dragleave', onLeave)
    element?.removeEventListener('drop', onDrop)
    removeEventListener('dragover', hold)
    removeEventListener('drop', hold)
  })
  return over
}
