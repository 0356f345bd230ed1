import { describe, expect, it } from 'vitest'
import {
  acceptOf,
  goesAsLink,
  kindOf,
  NO_LINKS,
  objection,
  takenBy,
  typeOf,
  type FileRules,
  type Linked,
} from './fileRules'

const MB = 1024 * 1024
const image = { max_bytes: 2 * MB, max_seconds: 0, content_types: ['image/jpeg', 'image/png'] }
const WECHAT: FileRules = {
  image,
  voice: { max_bytes: 2 * MB, max_seconds: 60, content_types: ['audio/amr', 'audio/mpeg'] },
}
const LINKED: Linked = { kinds: ['file'], larger: true }

describe('before a file is uploaded', () => {
  it('the channel says which kinds of message it has', () => {
    expect(objection({ name: '合同.pdf', type: 'application/pdf', size: 9 }, WECHAT)).toEqual({
      ...{ code: 'kind', kind: 'file', taken: [], most: 0 },
    })
    expect(objection({ name: 'a.mp4', type: 'video/mp4', size: 9 }, WECHAT)?.code).toBe('kind')
  })

  it('a kind it has no messages for may go out as a link, whatever its size', () => {
    const given = { name: '合同.pdf', type: 'application/pdf' }
    expect(objection({ ...given, size: 20 * MB }, WECHAT, LINKED)).toBeNull()
    expect(objection({ ...given, size: 0 }, WECHAT, LINKED)?.code).toBe('empty')
    expect(objection({ name: 'a.mp4', type: 'video/mp4', size: 9 }, WECHAT, LINKED)?.code).toBe(
      'kind',
    )
  })

  it('what is too large for its message may go out as a link, if its coding is known there', () => {
    const size = 2 * MB + 1
    expect(objection({ name: 'a.png', type: 'image/png', size }, WECHAT, LINKED)).toBeNull()
    expect(objection({ name: 'a.webp', type: 'image/webp', size }, WECHAT, LINKED)?.code).toBe(
      'type',
    )
  })

  it('it is said of each file whether it goes out as a link', () => {
    expect(goesAsLink({ kind: 'image', size: 2 * MB }, WECHAT, LINKED)).toBe(false)
    expect(goesAsLink({ kind: 'image', size: 2 * MB + 1 }, WECHAT, LINKED)).toBe(true)
    expect(goesAsLink({ kind: 'image', size: 2 * MB + 1 }, WECHAT, NO_LINKS)).toBe(false)
    expect(goesAsLink({ kind: 'file', size: 9 }, WECHAT, LINKED)).toBe(true)
    expect(goesAsLink({ kind: 'video', size: 9 }, WECHAT, LINKED)).toBe(false)
  })

  it('it says which codings it takes', () => {
    expect(objection({ name: 'a.webp', type: 'image/webp', size: 9 }, WECHAT)).toMatchObject({
      ...{ code: 'type', kind: 'image', taken: ['jpg', 'png'] },
    })
  })

  it('it says how large a file may be', () => {
    const given = { name: 'a.png', type: 'image/png' }
    expect(objection({ ...given, size: 2 * MB }, WECHAT)).toBeNull()
    expect(objection({ ...given, size: 2 * MB + 1 }, WECHAT)).toMatchObject({
      ...{ code: 'size', most: 2 * MB },
    })
  })

  it('an empty file is none', () => {
    expect(objection({ name: 'a.png', type: 'image/png', size: 0 }, undefined)?.code).toBe('empty')
  })

  it('nothing is refused by a rule that is not known', () => {
    expect(objection({ name: 'a.pdf', type: '', size: 9 }, undefined)).toBeNull()
  })
})

describe('what a file is', () => {
  it('is told by its ending where the browser does not know it', () => {
    expect(typeOf({ name: '录音.AMR', type: '', size: 1 })).toBe('audio/amr')
    expect(typeOf({ name: 'x.mp3', type: 'audio/mp3', size: 1 })).toBe('audio/mpeg')
  })

  it('is told by the browser where it has no ending', () => {
    expect(typeOf({ name: 'image', type: 'image/png', size: 1 })).toBe('image/png')
    expect(kindOf('image/png')).toBe('image')
    expect(kindOf('')).toBe('file')
  })
})

it('the file dialog offers what the channel takes', () => {
  expect(acceptOf({ image })).toBe('image/jpeg,.jpg,.jpeg,image/png,.png')
  expect(acceptOf(undefined)).toBe('')
  const offered = acceptOf({ image }, ['file']).split(',')
  expect(offered).toEqual(expect.arrayContaining(['.png', '.pdf', '.docx', '.csv']))
  expect(offered).not.toContain('.mp4')
})

it('what is taken is named by the ending people know, links and all', () => {
  expect(takenBy(WECHAT)).toEqual(['jpg', 'png', 'amr', 'mp3'])
  expect(takenBy(WECHAT, ['file']).slice(4)).toEqual(['pdf', 'txt', 'csv', 'docx', 'xlsx', 'pptx'])
  expect(takenBy(undefined)).toEqual([])
})
