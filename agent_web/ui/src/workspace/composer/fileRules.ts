/** Which files a channel sends, said before anything is uploaded. Pure. */

export interface FileRule {
  max_bytes: number
  /** 0 = any length. */
  max_seconds: number
  content_types: string[]
}

/** By kind of file; a kind that is missing goes out as a link, or is not sent. */
export type FileRules = Partial<Record<FileKind, FileRule>>

/** What goes out as a link: files of these kinds, and with `larger` those a rule finds too large. */
export interface Linked {
  kinds: readonly FileKind[]
  larger: boolean
}

export const NO_LINKS: Linked = { kinds: [], larger: false }

export type FileKind = 'image' | 'voice' | 'video' | 'file'

export interface Given {
  name: string
  type: string
  size: number
}

/** `empty`, `kind` (the channel has no such messages), `type` (this coding not), `size`. */
export interface Objection {
  code: 'empty' | 'kind' | 'type' | 'size'
  kind: FileKind
  /** Endings that would be taken, for `type`; the limit in bytes, for `size`. */
  taken: string[]
  most: number
}

/** Endings by content type, the one people know first. */
const ENDINGS: Readonly<Record<string, string[]>> = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'audio/amr': ['amr'],
  'audio/amr-wb': ['awb'],
  'audio/mpeg': ['mp3'],
  'audio/wav': ['wav'],
  'audio/mp4': ['m4a'],
  'audio/ogg': ['ogg', 'opus', 'spx'],
  'video/mp4': ['mp4'],
  'video/quicktime': ['mov'],
  'application/pdf': ['pdf'],
  'text/plain': ['txt'],
  'text/csv': ['csv'],
}
/** Of documents whose types nobody remembers. */
const DOCUMENTS = ['docx', 'xlsx', 'pptx', 'doc', 'xls', 'ppt', 'odt', 'ods', 'odp', 'wps', 'et']
/** So many of them are named to people. */
const WELL_KNOWN = 3
/** As browsers name some of them. */
const ALIASES: Readonly<Record<string, string>> = {
  'audio/mp3': 'audio/mpeg',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-m4a': 'audio/mp4',
  'audio/3gpp': 'audio/amr',
  'image/jpg': 'image/jpeg',
}
const FAMILIES: Readonly<Record<string, FileKind>> = {
  image: 'image',
  audio: 'voice',
  video: 'video',
}

/** By the ending, which systems know better than the type; "" when nothing is known of it. */
export function typeOf({ name, type }: Given): string {
  const ending = /\.([A-Za-z0-9]+)$/u.exec(name)?.[1]?.toLowerCase() ?? ''
  const named = Object.entries(ENDINGS).find(([, endings]) => endings.includes(ending))?.[0]
  const said = type.toLowerCase().split(';')[0] ?? ''
  return named ?? ALIASES[said] ?? said
}

export const kindOf = (contentType: string): FileKind =>
  FAMILIES[contentType.split('/')[0] ?? ''] ?? 'file'

/** Why the channel does not send it; null when nothing is known against it, or it goes as a link. */
export function objection(
  given: Given,
  rules: FileRules | undefined,
  linked: Linked = NO_LINKS,
): Objection | null {
  const contentType = typeOf(given)
  const kind = kindOf(contentType)
  const against = (code: Objection['code'], taken: string[] = [], most = 0): Objection => ({
    ...{ code, kind, taken, most },
  })
  if (given.size === 0) return against('empty')
  if (rules === undefined) return null
  const rule = rules[kind]
  if (!rule) return linked.kinds.includes(kind) ? null : against('kind')
  if (contentType !== '' && !rule.content_types.includes(contentType)) {
    return against('type', endingsOf(rule))
  }
  const carried = given.size <= rule.max_bytes || linked.larger
  return carried ? null : against('size', [], rule.max_bytes)
}

export function goesAsLink(
  { kind, size }: { kind: FileKind; size: number },
  rules: FileRules | undefined,
  linked: Linked,
): boolean {
  const rule = rules?.[kind]
  return rule ? linked.larger && size > rule.max_bytes : linked.kinds.includes(kind)
}

const endingsOf = (rule: FileRule): string[] =>
  rule.content_types.map((each) => ENDINGS[each]?.[0] ?? each.split('/')[1] ?? each)

/** For the file dialog: what may be picked. */
export function acceptOf(rules: FileRules | undefined, linked: readonly FileKind[] = []): string {
  const carried = Object.values(rules ?? {}).flatMap((rule) => rule.content_types)
  const asLinks = Object.keys(ENDINGS).filter((type) => linked.includes(kindOf(type)))
  const more = linked.includes('file') ? DOCUMENTS : []
  return [
    ...[...carried, ...asLinks].flatMap((type) => [type, ...dotted(ENDINGS[type] ?? [])]),
    ...dotted(more),
  ].join()
}

/** Endings of all that may go out; none where the rules are not known. */
export function takenBy(rules: FileRules | undefined, linked: readonly FileKind[] = []): string[] {
  const carried = Object.values(rules ?? {}).flatMap(endingsOf)
  const asLinks = Object.entries(ENDINGS)
    .filter(([type]) => linked.includes(kindOf(type)))
    .map(([, endings]) => endings[0] ?? '')
  const more = linked.includes('file') ? DOCUMENTS.slice(0, WELL_KNOWN) : []
  return [...new Set([...carried, ...asLinks, ...more])]
}

const dotted = (endings: readonly string[]): string[] => endings.map((each) => `.${each}`)
