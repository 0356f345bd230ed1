/** An account's form: what is written in it, and what of it goes to the hub. Pure. */
import type { Account, Asked, ChannelKind, FormField, Value } from './api'

/** `values`: text as written, switches as they stand. `secrets`: only those that are touched;
 *  null = to be taken away. */
export interface Draft {
  id: string
  name: string
  values: Record<string, string | boolean>
  secrets: Record<string, string | null>
}

export type Problem = 'required' | 'number' | 'id' | 'taken' | 'again'

const ID = /^[a-z0-9][a-z0-9-]{0,39}$/
const NUMBER = /^-?\d+(\.\d+)?$/

const isSecret = ({ type }: FormField): boolean => type === 'secret'

function written(field: FormField, given: Value | undefined): string | boolean {
  const value = given ?? null
  if (field.type === 'bool') return value === null ? field.default === true : value === true
  if (field.type === 'choice') return textOf(value ?? field.default)
  return textOf(value)
}

export function textOf(value: Value): string {
  if (value === null) return ''
  return Array.isArray(value) ? value.join('\n') : String(value)
}

export function draftOf(kind: ChannelKind, account: Account | null): Draft {
  const fields = kind.fields.filter((field) => !isSecret(field))
  return {
    id: account?.id ?? '',
    name: account?.name ?? '',
    values: Object.fromEntries(
      fields.map((field) => [field.name, written(field, account?.config[field.name])]),
    ),
    secrets: {},
  }
}

function valueOf(field: FormField, text: string | boolean): Value {
  if (typeof text === 'boolean') return text
  if (text.trim() === '') return null
  if (field.type === 'number' || field.type === 'seconds') return Number(text)
  if (field.type !== 'lines') return text.trim()
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** What is left blank is not sent: the default of the kind holds. */
export function askedOf(kind: ChannelKind, draft: Draft): Asked {
  const config: Record<string, Value> = {}
  for (const field of kind.fields) {
    const value = isSecret(field) ? null : valueOf(field, draft.values[field.name] ?? '')
    if (value !== null) config[field.name] = value
  }
  const secrets = Object.entries(draft.secrets).filter(([, secret]) => secret !== '')
  return { kind: kind.kind, name: draft.name.trim(), config, secrets: Object.fromEntries(secrets) }
}

/** Whether secrets that stand would go to another address than the one they were given for. */
function moved(kind: ChannelKind, draft: Draft, account: Account): boolean {
  return kind.fields
    .filter(({ type }) => type === 'address')
    .some(
      (field) =>
        textOf(account.config[field.name] ?? field.default) !==
        (String(draft.values[field.name] ?? '').trim() || textOf(field.default)),
    )
}

function ofSecret(field: FormField, draft: Draft, account: Account | null, away: boolean) {
  const touched = draft.secrets[field.name]
  const stands = account?.secrets[field.name]?.set === true && touched !== null
  if (touched) return undefined
  if (stands) return away ? 'again' : undefined
  return field.required ? 'required' : undefined
}

function ofValue(field: FormField, text: string | boolean): Problem | undefined {
  if (typeof text === 'boolean') return undefined
  if (text.trim() === '') return field.required ? 'required' : undefined
  const counts = field.type === 'number' || field.type === 'seconds'
  return counts && !NUMBER.test(text.trim()) ? 'number' : undefined
}

/** By field; "id" is the account's own. */
export function problemsOf(
  kind: ChannelKind,
  draft: Draft,
  account: Account | null,
  taken: readonly string[],
): Record<string, Problem> {
  const found: Record<string, Problem> = {}
  if (account === null) {
    if (!ID.test(draft.id)) found['id'] = 'id'
    else if (taken.includes(draft.id)) found['id'] = 'taken'
  }
  const away = account !== null && moved(kind, draft, account)
  for (const field of kind.fields) {
    const problem = isSecret(field)
      ? ofSecret(field, draft, account, away)
      : ofValue(field, draft.values[field.name] ?? '')
    if (problem) found[field.name] = problem
  }
  return found
}

/** Secrets that are set and have a place for the one before. */
export const rotatable = (kind: ChannelKind, account: Account): FormField[] =>
  account.source === 'here'
    ? kind.fields.filter(
        ({ name, previous }) => previous !== '' && account.secrets[name]?.set === true,
      )
    : []

/** A name for a new account that none has yet. */
export function freeId(kind: string, taken: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? `${kind}-main` : `${kind}-${n}`
    if (!taken.includes(id)) return id
  }
}

/** The field a problem of the hub points at, with the hub's own words. */
export function fieldOf(pointer: string): string {
  return /^\/body\/(?:config\/|secrets\/)?([^/]+)/.exec(pointer)?.[1] ?? ''
}
