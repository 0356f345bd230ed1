/** Listens to the keys of the workspace while the component is there. */
import { onBeforeUnmount, onMounted } from 'vue'
import { actOf, type Act } from './shortcuts'

/** A handler that has nothing to do answers false and leaves the key to others. */
export function useShortcuts(handlers: Partial<Record<Act, () => unknown>>): void {
  const hear = (event: KeyboardEvent): void => {
    const act = actOf(event)
    const handler = act === null ? undefined : handlers[act]
    if (handler && handler() !== false) event.preventDefault()
  }
  onMounted(() => {
    addEventListener('keydown', hear)
  })
  onBeforeUnmount(() => {
    removeEventListener('keydown', hear)
  })
}
