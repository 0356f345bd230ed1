/** A queue in the words of the screen; its id when it is gone. Pure. */
import type { QueueName } from '../menus/api'

export function queueName(queues: readonly QueueName[], id: string, locale: string): string {
  const found = queues.find((each) => each.id === id)
  if (!found) return id
  return locale === 'en' && found.name_en ? found.name_en : found.name
}
