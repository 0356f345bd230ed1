/** Calls of `/api/v1`. A call that fails throws `Unreachable` or `Declined`. */
const BASE = '/api/v1'
const PATIENCE_MS = 10_000

export class Unreachable extends Error {}

export interface FieldProblem {
  /** Where in `{path, query, body}`: "/body/config/token". */
  pointer: string
  message: string
}

interface Problem {
  reason?: string
  type?: string
  detail?: string
  errors?: FieldProblem[]
}

export class Declined extends Error {
  readonly status: number
  /** The stable code of the rule that said no; "" when there is none. */
  readonly reason: string
  readonly detail: string
  readonly fields: readonly FieldProblem[]
  /** Seconds to wait before another try; 0 when the hub names none. */
  readonly waitS: number

  constructor(status: number, reason: string, problem: Problem = {}, waitS = 0) {
    super(`status ${status} ${reason}`)
    this.status = status
    this.reason = reason
    this.detail = problem.detail ?? ''
    this.fields = problem.errors ?? []
    this.waitS = waitS
  }
}

let whenSignedOut = (): void => undefined

/** What happens when any call finds the session ended. */
export function onSignedOut(react: () => void): void {
  whenSignedOut = react
}

/** For calls that are made elsewhere: the session is over. */
export function signedOut(): void {
  whenSignedOut()
}

async function send(
  method: string,
  path: string,
  body?: object,
  patienceMs = PATIENCE_MS,
): Promise<Response> {
  const sending =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
  try {
    return await fetch(BASE + path, {
      method,
      ...sending,
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch (error) {
    throw new Unreachable(path, { cause: error })
  }
}

async function call(
  method: string,
  path: string,
  body?: object,
  patienceMs?: number,
): Promise<Response> {
  const response = await send(method, path, body, patienceMs)
  if (response.ok) return response
  if (response.status >= 500) throw new Unreachable(path)
  const problem = (await response.json().catch(() => ({}))) as Problem
  if (response.status === 401 && path !== '/session') whenSignedOut()
  const reason = problem.reason ?? problem.type?.split('#problem-')[1] ?? ''
  const waitS = Number(response.headers.get('Retry-After')) || 0
  throw new Declined(response.status, reason, problem, waitS)
}

export async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const asked = new URLSearchParams(query).toString()
  return (await (await call('GET', asked === '' ? path : `${path}?${asked}`)).json()) as T
}

/** `body` undefined: the call takes none, and is refused with one. */
export async function post<T>(path: string, body?: object, patienceMs?: number): Promise<T> {
  return (await (await call('POST', path, body, patienceMs)).json()) as T
}

export async function put<T>(path: string, body: object): Promise<T> {
  return (await (await call('PUT', path, body)).json()) as T
}

export async function remove(path: string, body?: object): Promise<void> {
  await call('DELETE', path, body)
}

/** For calls that answer nothing. */
export async function tell(path: string): Promise<void> {
  await call('POST', path)
}
