/** A queue in the words of the screen. Pure. */
interface Named {
  name: string
  name_en: string
}

/** Its id when it is gone. */
export function queueName(queue: Named | undefined, id: string, language: string): string {
  if (!queue) return id
  return language === 'en' && queue.name_en !== '' ? queue.name_en : queue.name
}
