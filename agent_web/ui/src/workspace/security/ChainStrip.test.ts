import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { i18n } from '../locales'
import type { AuditState, Flaw } from './api'
import ChainStrip from './ChainStrip.vue'

const WHOLE: AuditState = {
  ...{ n: 1234, proof: 'abcdef0123456789', at: '2026-11-22T09:00:00Z' },
  checked: { first: 735, last: 1234, holds: true, flaws: [] },
  unfinished: { first: 1, last: 1234, count: 0, items: [] },
  verified: null,
}

const flaw = (n: number, code: string, last = n): Flaw => ({ n, last, code, problem: 'in English' })

function shown(state: AuditState | null, problem = ''): string {
  i18n.global.locale.value = 'zh'
  const strip = mount(ChainStrip, { props: { state, problem }, global: { plugins: [i18n] } })
  const roles = strip.findAll('[role=alert]').map(() => 'alert')
  return [...roles, strip.text().replace(/\s+/g, ' ')].join(' ')
}

it('says what was looked at, and that all of it never was', () => {
  const text = shown(WHOLE)
  expect(text).toMatch(/^链完整 ?最近 500 条已核对（第 735 – 1234 条）/)
  expect(text).toContain('没有用 ./lianluo verify 核对过全部')
  expect(text).toContain('abcdef01…')
})

it('raises the alarm and names the rows', () => {
  const flaws = [
    flaw(740, 'row_changed'),
    flaw(741, 'link_broken'),
    flaw(800, 'row_missing', 802),
    flaw(1234, 'head_changed'),
    flaw(1230, 'from_the_future'),
  ]
  const text = shown({ ...WHOLE, checked: { ...WHOLE.checked, holds: false, flaws } })
  expect(text).toMatch(/^alert 审计记录对不上：5 处/)
  expect(text).toMatch(/第 740 条 ?被改过，或不是本系统写的 ?第 741 条 ?接不上前一条/)
  expect(text).toMatch(/第 800 – 802 条 ?不见了，或换成了别的 ?另存的末条凭据被改过/)
  expect(text).toMatch(/第 1230 条 ?in English/)
  expect(text).toContain('./lianluo verify')
})

it('counts at least as many as can be named', () => {
  const flaws = Array.from({ length: 20 }, (_, n) => flaw(n + 1, 'row_missing'))
  const text = shown({ ...WHOLE, checked: { ...WHOLE.checked, holds: false, flaws } })
  expect(text).toContain('至少 20 处')
})

it('names acts that have no outcome, and raises no alarm for them', () => {
  const items = [
    { n: 812, act: 'user.changed', actor: 'agent:admin', at: '2026-11-22T11:03:00Z' },
    { n: 700, act: 'act.unknown', actor: 'agent:lead', at: '2026-11-22T10:03:00Z' },
  ]
  const text = shown({ ...WHOLE, unfinished: { first: 35, last: 1234, count: 3, items } })
  expect(text).toMatch(/^链完整/)
  expect(text).toContain('开始后没有记下结果的操作：3 项')
  expect(text).toMatch(/第 812 条 ?2026-11-2\d \d\d:03:00 ?agent:admin ?修改用户/)
  expect(text).toMatch(/agent:lead ?act\.unknown/)
  expect(text).toContain('只列出最近 2 项。')
  expect(text).toContain('看过第 35 – 1234 条')
  expect(shown(WHOLE)).not.toContain('没有记下结果')
})

it('says what the look at all rows counted where this one did not reach', () => {
  const verified = { n: 12_000, at: '2026-11-21T09:00:00Z', flaws: 0, unfinished: 2 }
  const unfinished = { first: 2001, last: 12_000, count: 0, items: [] }
  const text = '当时有 2 项操作没有结果'
  expect(shown({ ...WHOLE, n: 12_000, unfinished, verified })).toContain(text)
  expect(shown({ ...WHOLE, verified })).not.toContain(text)
})

it('says when the state is not known', () => {
  expect(shown(null, '没有应答')).toMatch(/^alert 链的状态没有取到。 没有应答/)
})
