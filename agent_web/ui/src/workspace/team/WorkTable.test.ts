import { enableAutoUnmount, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { routerKey } from 'vue-router'
import type { WorkDoc } from '@/shared/protocol'
import { pretendHub, type PretendHub } from '../conversation/pretendHub'
import { workDoc } from '../conversation/samples'
import { i18n } from '../locales'
import { usePreferences } from '../stores/preferences'
import WorkTable from './WorkTable.vue'

let hub: PretendHub

beforeEach(() => {
  hub = pretendHub()
  usePreferences().language = 'zh'
})
afterEach(() => {
  hub.leaves()
})
enableAutoUnmount(afterEach)

function told(work: Partial<WorkDoc>): string[] {
  hub.shows([workDoc(work)], 5, 'desk')
  const table = mount(WorkTable, {
    props: { queueId: '' },
    global: { plugins: [hub.pinia, i18n], provide: { [routerKey as symbol]: {} } },
  })
  return table.findAll('[data-test=came-back]').map((each) => each.text())
}

it.each([
  ['new work', 0, '', []],
  ['a missed offer', 2, 'no_answer', ['退回 2 次：未应答']],
  ['work a supervisor moved', 0, 'moved', ['班长移动']],
  ['a transfer after a missed offer', 1, 'transferred', ['转接']],
])('%s', (_, returns, returned_because, words) => {
  expect(told({ returns, returned_because })).toEqual(words)
})
