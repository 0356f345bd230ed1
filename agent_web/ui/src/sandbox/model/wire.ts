/** One exchange of the wire as the drawer shows it. Pure. */
import type { WireRecord } from '../types'

export interface Target {
  path: string
  query: [string, string][]
}

export type BodyView = 'asSent' | 'decrypted' | 'formatted'

/** The path of a request and its query, each value as it reads after decoding. */
export function target(url: string): Target {
  const [before = '', after = ''] = url.split('?', 2)
  const query = after
    .split('&')
    .filter(Boolean)
    .map((pair): [string, string] => {
      const cut = pair.indexOf('=')
      return cut < 0
        ? [decoded(pair), '']
        : [decoded(pair.slice(0, cut)), decoded(pair.slice(cut + 1))]
    })
  return { path: before.replace(/^https?:\/\/[^/]+/, ''), query }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // shown as it was sent
  }
}

export const isEncrypted = (body: string): boolean => body.includes('<Encrypt>')

export function requestViews(exchange: WireRecord): Partial<Record<BodyView, string>> {
  const { body } = exchange.request
  const formatted = formattedJson(body)
  return {
    asSent: body,
    ...(exchange.plain ? { decrypted: exchange.plain } : {}),
    ...(formatted ? { formatted } : {}),
  }
}

/** JSON on several lines, "" for what is no JSON object or is short as it is. */
export function formattedJson(body: string): string {
  if (!/^\s*[[{]/.test(body)) return ''
  try {
    const pretty = JSON.stringify(JSON.parse(body), null, 2)
    return pretty === body ? '' : pretty
  } catch {
    return ''
  }
}

/** The exchange as text to paste into a ticket. */
export function asText(exchange: WireRecord): string {
  const { request, response } = exchange
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
  return [
    `${request.method} ${request.url}`,
    ...headers,
    '',
    request.body,
    '',
    `--- ${response.status} (${exchange.ms} ms)`,
    response.body,
  ].join('\n')
}
