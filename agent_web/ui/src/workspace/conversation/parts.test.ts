import { describe, expect, it } from 'vitest'
import { pieceOf, plainText, runsOf, safeHref } from './parts'

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
    ).toEqual({ is: 'link', title: '点我', description: 'x', url: 'javascript:alert(1)', href: '' })
  })

  it('media is told by kind, name and transcript', () => {
    expect(
      pieceOf({ is: 'MediaPart', media: 'voice', provider_ref: 'm1', transcript: '我要挂失' }),
    ).toEqual({ is: 'media', media: 'voice', name: '', size: 0, transcript: '我要挂失' })
  })

  it('a part of a newer hub is shown as unsupported, not dropped', () => {
    expect(pieceOf({ is: 'HologramPart' })).toEqual({ is: 'unsupported', kind: 'HologramPart' })
    expect(pieceOf({ is: 'UnsupportedPart', kind: 'shortvideo', raw: {} })).toEqual({
      is: 'unsupported',
      kind: 'shortvideo',
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
