import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { useSession } from '../stores/session'
import { useAttachments } from './attachments'

const TALK = 'c1'
const WECHAT = 'wechat-demo'
const image = { max_bytes: 1000, max_seconds: 0, content_types: ['image/png'] }
const channels = {
  items: [{ id: WECHAT, kind: 'wechat', capabilities: { max_text: 600, media: { image } } }],
}
const PNG = new File(['1'], 'a.png', { type: 'image/png' })
const WEBP = new File(['1'], 'a.webp', { type: 'image/webp' })

class Request {
  static readonly opened: string[] = []
  readonly upload = {}
  open(method: string, url: string): void {
    Request.opened.push(`${method} ${url}`)
  }
  setRequestHeader(): void {
    // not looked at
  }
  send(): void {
    // never answered
  }
  abort(): void {
    // nobody waits for it
  }
}

let hub: PretendHub
let answer: (response: Response) => void
let lose: (reason: Error) => void

beforeEach(() => {
  hub = pretendHub()
  Request.opened.length = 0
  vi.stubGlobal('XMLHttpRequest', Request)
  vi.stubGlobal(
    'fetch',
    () =>
      new Promise<Response>((resolve, reject) => {
        answer = resolve
        lose = reject
      }),
  )
})
afterEach(() => {
  hub.leaves()
})

const states = () =>
  useAttachments()
    .of(TALK)
    .map((each) => each.state)

describe('files given before it is known what the channel sends', () => {
  it('wait for its rules, and what they forbid is never uploaded', async () => {
    expect(useAttachments().add(TALK, WECHAT, [WEBP, PNG])).toBe(0)
    expect(states()).toEqual(['uploading', 'uploading'])
    await flushPromises()
    expect(Request.opened).toEqual([])
    answer(Response.json(channels))
    await flushPromises()
    expect(states()).toEqual(['refused', 'uploading'])
    expect(useAttachments().of(TALK)[0]?.objection).toMatchObject({ code: 'type', taken: ['png'] })
    expect(Request.opened).toEqual(['POST /api/v1/media?name=a.png'])
  })

  it('are judged by the hub where the rules cannot be learnt', async () => {
    useAttachments().add(TALK, WECHAT, [WEBP])
    lose(new Error('cut'))
    await flushPromises()
    expect(Request.opened).toEqual(['POST /api/v1/media?name=a.webp'])
  })

  it('are not uploaded when they were taken away meanwhile', async () => {
    const attachments = useAttachments()
    attachments.add(TALK, WECHAT, [PNG])
    attachments.drop(attachments.of(TALK)[0]?.key ?? 0)
    answer(Response.json(channels))
    await flushPromises()
    expect(states()).toEqual([])
    expect(Request.opened).toEqual([])
  })

  it('stay behind with whoever signed out meanwhile', async () => {
    useAttachments().add(TALK, WECHAT, [PNG])
    useSession().me = { username: 'wang', display_name: '王', role: 'agent' }
    answer(Response.json(channels))
    await flushPromises()
    expect(Request.opened).toEqual([])
  })
})

it('a file is judged at once where the rules are known', async () => {
  const attachments = useAttachments()
  attachments.add(TALK, WECHAT, [])
  attachments.add(TALK, WECHAT, [PNG])
  answer(Response.json(channels))
  await flushPromises()
  attachments.add(TALK, WECHAT, [WEBP])
  expect(states()).toEqual(['uploading', 'refused'])
})
