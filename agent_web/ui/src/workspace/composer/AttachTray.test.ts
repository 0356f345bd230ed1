import { enableAutoUnmount, mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { i18n } from '../locales'
import type { Attachment } from './attachments'
import AttachTray from './AttachTray.vue'

enableAutoUnmount(afterEach)

const failed = (code: string): Attachment => ({
  ...{ key: 1, conversationId: 'c.1', name: 'big.bin', size: 9, kind: 'file', state: 'failed' },
  ...{ progress: 0, objection: null, code, uploaded: null },
})
const trouble = (code: string, taken: string[]): string =>
  mount(AttachTray, {
    props: { files: [failed(code)], channel: '微信', asLink: () => false, taken },
    global: { plugins: [i18n] },
  })
    .get('.trouble')
    .text()

it('a file of a type that is not taken says which are, where that is known', () => {
  i18n.global.locale.value = 'zh'
  const why = '没有上传：内容和它自称的类型不一样。'
  expect(trouble('type_mismatch', ['jpg', 'mp3'])).toBe(`${why}微信可以发：jpg, mp3。`)
  expect(trouble('type_mismatch', [])).toBe(why)
  expect(trouble('virus_found', ['jpg'])).toBe('没有上传：查出病毒。')
})
