/** Lists in the storage of this tab, which outlive a reload and no more. */

/** An empty list leaves nothing behind. */
export function keep(key: string, list: readonly unknown[]): void {
  try {
    if (list.length === 0) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, JSON.stringify(list))
  } catch {
    return // without storage a reload asks before it loses them
  }
}

export function stored<T>(key: string): T[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as T[]
  } catch {
    return []
  }
}
