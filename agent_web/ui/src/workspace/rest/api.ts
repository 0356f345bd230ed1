/** Calls of `/api/v1`. A call that fails throws `Unreachable` or `Declined`. */
const BASE = '/api/v1'
const PATIENCE_MS = 10_000

export class Unreachable extends Error {}

export class Declined extends Error {
  readonly status: number
  /** The stable code of the rule that said no; "" when there is none. */
  readonly reason: string

  constructor(status: number, reason: string) {
    super(`status ${status} ${reason}`)
    this.status = status
    this.reason = reason
  }
}

let whenSignedOut = (): void => undefined

/** What happens when any call finds the session ended. */
export function onSignedOut(react: () => void): void {
  whenSignedOut = react
}

async function send(method: string, path: string, body?: object): Promise<Response> {
  const sending =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
  try {
    return await fetch(BASE + path, {
      method,
      ...sending,
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (error) {
    throw new Unreachable(path, { cause: error })
  }
}

async function call(method: string, path: string, body?: object): Promise<Response> {
  const response = await send(method, path, body)
  if (response.ok) return response
  if (response.status >= 500) throw new Unreachable(path)
  const problem = (await response.json().catch(() => ({}))) as { reason?: string; type?: string }
  if (response.status === 401 && path !== '/session') whenSignedOut()
  throw new Declined(response.status, problem.reason ?? problem.type?.split('#problem-')[1] ?? '')
}

export async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const asked = new URLSearchParams(query).toString()
  return (await (await call('GET', asked === '' ? path : `${path}?${asked}`)).json()) as T
}

export async function post<T>(path: string, body: object): Promise<T> {
  return (await (await call('POST', path, body)).json()) as T
}

export async function remove(path: string): Promise<void> {
  await call('DELETE', path)
}
