import { describe, expect, it } from 'vitest'
import { add, alike, linesOf, marks, owners, worth } from './phrasings'
import { article } from './samples'

describe('phrasings', () => {
  it('are one when width, case, marks or spaces alone differ', () => {
    expect(alike('ＡＴＭ 吞卡了！')).toBe(alike('atm吞卡了'))
    expect(alike('卡丢了')).not.toBe(alike('卡没丢'))
  })

  it('come from a paste one a line, tidied', () => {
    expect(linesOf('  卡丢了 \r\n\n怎么  挂失\n')).toEqual(['卡丢了', '怎么 挂失'])
  })

  it('are added in front and never twice', () => {
    expect(add(['卡丢了'], ['怎么挂失', '卡丢了！', '怎么挂失？', '补卡'])).toEqual({
      phrasings: ['怎么挂失', '补卡', '卡丢了'],
      added: 2,
      skipped: 2,
    })
  })

  it('are marked where something is to be said of them', () => {
    const elsewhere = owners(
      [article({ id: 'zh-a', title: '补卡', phrasings: ['换新卡'] })],
      'zh-b',
      'zh',
    )
    const given = ['卡丢了', '卡丢了。', '怎么挂失', '换新卡', ' ', '卡', '长'.repeat(101)]
    expect(marks(given, '怎么挂失？', elsewhere).map(({ is }) => is)).toEqual([
      '',
      'twice',
      'asTitle',
      'elsewhere',
      'blank',
      'tooShort',
      'tooLong',
    ])
  })

  it('of a removed article, of the other language and of the article itself are free', () => {
    const all = [
      article({ id: 'zh-a', state: 'removed', phrasings: ['一句'] }),
      article({ id: 'en-b', language: 'en', phrasings: ['two'] }),
      article({ id: 'zh-c', phrasings: ['三句'] }),
    ]
    expect(owners(all, 'zh-c', 'zh').size).toBe(0)
  })

  it('count once each, blanks not at all', () => {
    expect(worth(['卡丢了', '卡丢了！', '', '挂失'])).toBe(2)
  })
})
