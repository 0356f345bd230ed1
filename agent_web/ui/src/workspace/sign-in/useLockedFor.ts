/** Counts down the seconds in which no sign-in is tried. */
import { onBeforeUnmount, ref, type Ref } from 'vue'

export function useLockedFor(): { left: Ref<number>; begin: (seconds: number) => void } {
  const left = ref(0)
  let until = 0
  const ticking = setInterval(() => {
    left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000))
  }, 500)
  onBeforeUnmount(() => {
    clearInterval(ticking)
  })
  return {
    left,
    begin: (seconds) => {
      until = Date.now() + seconds * 1000
      left.value = seconds
    },
  }
}
