import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { i18n } from '../locales'
import type { AuditState } from './api'
import ChainStrip from './ChainStrip.vue'

const WHOLE: AuditState = {
  ...{ n: 1234, proof: 'abcdef0123456789', at: '2026-11-22T09:00:00Z' },
  checked: { first: 735, last: 1234, holds: true, flaws: [] },
  verified: null,
}

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
    { n: 740, problem: 'row 740 was changed or not written by us' },
    { n: 741, problem: 'row 741 does not follow the one before it' },
  ]
  const text = shown({ ...WHOLE, checked: { ...WHOLE.checked, holds: false, flaws } })
  expect(text).toMatch(/^alert 审计记录对不上：2 处/)
  expect(text).toMatch(/第 740 条 ?被改过，或不是本系统写的 ?第 741 条 ?接不上前一条/)
  expect(text).toContain('./lianluo verify')
})

it('counts at least as many as can be named', () => {
  const flaws = Array.from({ length: 20 }, (_, n) => ({ n, problem: `row ${n} is missing, or` }))
  const text = shown({ ...WHOLE, checked: { ...WHOLE.checked, holds: false, flaws } })
  expect(text).toContain('至少 20 处')
})

it('says when the state is not known', () => {
  expect(shown(null, '没有应答')).toMatch(/^alert 链的状态没有取到。 没有应答/)
})
