/** Whether the window is narrower than so many pixels. */
import { onBeforeUnmount, ref, type Ref } from 'vue'

export function useNarrow(width: number): Ref<boolean> {
  const query = matchMedia(`(max-width: ${width - 1}px)`)
  const narrow = ref(query.matches)
  const follow = (event: MediaQueryListEvent): void => {
    narrow.value = event.matches
  }
  query.addEventListener('change', follow)
  onBeforeUnmount(() => {
    query.removeEventListener('change', follow)
  })
  return narrow
}
