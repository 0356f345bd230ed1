import { describe, expect, it } from 'vitest'
import { mediaUrl, pieceOf, plainText, runsOf, safeHref } from './parts'

describe('web addresses in a text', () => {
  it('become links, the sentence around them does not', () => {
    expect(runsOf('请看 https://bank.example/rate?a=1。谢谢')).toEqual([
      { text: '请看 ', href: '' },
      { text: 'https://bank.example/rate?a=1', href: 'https://bank.example/rate?a=1' },
      { text: '。谢谢', href: '' },
    ])
  })

  it('leave the full stop that ends the sentence outside', () => {
    expect(runsOf('See http://bank.example.').map((run) => run.text)).toEqual([
      'See ',
      'http://bank.example',
      '.',
    ])
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'weixin://pay', ''])(
    '%s is never a link',
    (url) => {
      expect(safeHref(url)).toBe('')
    },
  )

  it('a text without one is one run', () => {
    expect(runsOf('提前还款要违约金吗')).toEqual([{ text: '提前还款要违约金吗', href: '' }])
  })
})

describe('parts', () => {
  it('a link with an unsafe address keeps its words and loses the link', () => {
    expect(
      pieceOf({ is: 'LinkPart', title: '点我', url: 'javascript:alert(1)', description: 'x' }),
    ).toEqual({
      ...{ is: 'link', title: '点我', description: 'x', url: 'javascript:alert(1)' },
      ...{ href: '', host: '', mediaId: '' },
    })
  })

  it('a file that was never fetched is told by kind and transcript', () => {
    expect(
      pieceOf({ is: 'MediaPart', media: 'voice', provider_ref: 'm1', transcript: '我要挂失' }),
    ).toMatchObject({
      ...{ is: 'media', media: 'voice', id: '', state: 'elsewhere', transcript: '我要挂失' },
    })
  })

  it('a stored file is what was found out, not what was said', () => {
    const part = { is: 'MediaPart', media: 'image', media_id: 'a1', name: 'x.png', size: 3 }
    const file = { content_type: 'image/jpeg', size: 9, name: 'x.jpg', preview: true, width: 40 }
    expect(pieceOf({ ...part, media_state: 'stored', file })).toMatchObject({
      ...{ id: 'a1', state: 'stored', name: 'x.jpg', size: 9 },
      facts: { contentType: 'image/jpeg', preview: true, width: 40, height: 0, playable: '' },
    })
    expect(pieceOf({ ...part, media_state: 'refused', media_code: 'virus_found' })).toMatchObject({
      ...{ state: 'refused', code: 'virus_found', name: 'x.png' },
    })
  })

  it('a state or kind nobody knows is no reason to show a file', () => {
    const part = { is: 'MediaPart', media: 'hologram', media_id: 'a1', media_state: 'open' }
    expect(pieceOf(part)).toMatchObject({ media: 'file', state: 'elsewhere' })
  })

  it('the address of a file is of this site, whatever its id says', () => {
    expect(mediaUrl('a1', 'preview')).toBe('/api/v1/media/a1/preview')
    expect(mediaUrl('../x?y')).toBe('/api/v1/media/..%2Fx%3Fy')
  })

  it('a mini-program is told by program and page, and is no link', () => {
    expect(
      pieceOf({ is: 'LinkPart', title: '网点预约', url: 'mini-program:wx12/pages/book?id=1' }),
    ).toEqual({ is: 'program', title: '网点预约', app: 'wx12', page: 'pages/book?id=1' })
  })

  it('a part of a newer hub is shown as unsupported, not dropped', () => {
    expect(pieceOf({ is: 'HologramPart' })).toEqual({
      ...{ is: 'unsupported', kind: 'HologramPart', fields: [] },
    })
    const raw = { FromUserName: 'o1', Content: '<b>', MsgType: 'emotion' }
    expect(pieceOf({ is: 'UnsupportedPart', kind: 'emotion', raw })).toEqual({
      ...{ is: 'unsupported', kind: 'emotion', fields: [['Content', '<b>']] },
    })
  })

  it('a menu lists its options', () => {
    expect(
      pieceOf({
        is: 'MenuPart',
        head: '您想问的是',
        options: [{ id: 'a', title: '挂失' }],
        tail: '',
      }),
    ).toEqual({ is: 'menu', head: '您想问的是', options: ['挂失'], tail: '' })
  })

  it('the words of a message are told in order', () => {
    expect(
      plainText([
        { is: 'TextPart', text: '一' },
        { is: 'MediaPart', media: 'image' },
        { is: 'MenuPart', head: '二' },
      ]),
    ).toBe('一 二')
  })
})
