/** Templates of service notices: what may be written into them, and how it will look. Pure. */

export interface TemplateField {
  name: string
  /** What stands before the value; "" for nothing. */
  label: string
  type: string
  /** In characters. */
  most: number
  choices: string[]
}

export interface Template {
  id: string
  title: string
  kind: 'template' | 'subscription'
  /** One consent is good for many notices. */
  lasting: boolean
  /** The bank allows it on this account. */
  enabled: boolean
  fields: TemplateField[]
  example: string
}

export interface Row {
  label: string
  value: string
}

export type Values = Readonly<Record<string, string>>

/** Free text may stay empty; everything else the provider insists on. */
export const isNeeded = (field: TemplateField): boolean => field.type !== 'text'

/** As the hub counts: an emoji is one. */
export const lengthOf = (value: string): number => Array.from(value).length

/** Why a value cannot go out, as far as the screen knows; the hub knows the rest. */
export function problemOf(field: TemplateField, value: string): '' | 'missing' | 'long' {
  if (value.trim() === '') return isNeeded(field) ? 'missing' : ''
  return lengthOf(value) > field.most ? 'long' : ''
}

/** What is sent: fields with something in them, in the template's order. */
export function filled(template: Template, values: Values): Record<string, string> {
  const given = template.fields.flatMap((field): [string, string][] => {
    const value = (values[field.name] ?? '').trim()
    return value === '' ? [] : [[field.name, value]]
  })
  return Object.fromEntries(given)
}

/** The rows of the card; a needed field that is empty yet keeps its place with `gap`. */
export function rowsOf(template: Template, values: Values, gap: string): Row[] {
  return template.fields.flatMap((field) => {
    const value = (values[field.name] ?? '').trim()
    if (value === '' && !isNeeded(field)) return []
    return [{ label: field.label, value: value === '' ? gap : value }]
  })
}

/** How many notices by this template the customer still takes; null: it needs no consent. */
export function consentsLeft(
  template: Template,
  consents: Readonly<Record<string, number>>,
): number | null {
  return template.kind === 'subscription' ? (consents[template.id] ?? 0) : null
}

/** What can be chosen: allowed by the bank; those the customer takes come first. */
export function choosable(
  templates: readonly Template[],
  consents: Readonly<Record<string, number>>,
): Template[] {
  const waits = (each: Template): number => Number(consentsLeft(each, consents) === 0)
  return templates.filter((each) => each.enabled).sort((a, b) => waits(a) - waits(b))
}

/** The field a problem of the hub points at: "/body/values/thing1". */
export const fieldAt = (pointer: string): string =>
  /^\/body\/values\/(.+)$/u.exec(pointer)?.[1] ?? ''
