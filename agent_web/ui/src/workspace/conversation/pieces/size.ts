/** Bytes as people say them. */
export function sizeWords(
  bytes: number,
  t: (key: string, values: Record<string, unknown>) => string,
): string {
  return bytes < 1_000_000
    ? t('talk.size.kb', { n: Math.max(1, Math.round(bytes / 1000)) })
    : t('talk.size.mb', { n: (bytes / 1_000_000).toFixed(1) })
}

/** What stands on the badge of a file: its ending, short enough to read. */
export function badgeOf(name: string): string {
  const ending = /\.([A-Za-z0-9]{1,5})$/u.exec(name)?.[1] ?? ''
  return ending.toUpperCase()
}
