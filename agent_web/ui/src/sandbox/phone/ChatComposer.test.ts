import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { i18n } from '../locales'
import ChatComposer from './ChatComposer.vue'

const composer = () =>
  mount(ChatComposer, { props: { disabled: false }, global: { plugins: [i18n] } })

describe('the message box', () => {
  it('sends on Enter and empties itself', async () => {
    const wrapper = composer()
    const box = wrapper.get('textarea')
    await box.setValue('  转人工 ')
    await box.trigger('keydown', { key: 'Enter' })
    expect(wrapper.emitted('send')).toEqual([['转人工']])
    expect(box.element.value).toBe('')
  })

  it('does not send while an input method composes', async () => {
    const wrapper = composer()
    const box = wrapper.get('textarea')
    await box.setValue('zhuan')
    await box.trigger('keydown', { key: 'Enter', isComposing: true })
    await box.trigger('keydown', { key: 'Enter', keyCode: 229 })
    expect(wrapper.emitted('send')).toBeUndefined()
    expect(box.element.value).toBe('zhuan')
  })

  it('takes Shift+Enter for a new line', async () => {
    const wrapper = composer()
    await wrapper.get('textarea').setValue('一')
    await wrapper.get('textarea').trigger('keydown', { key: 'Enter', shiftKey: true })
    expect(wrapper.emitted('send')).toBeUndefined()
  })

  it('does not send blanks', async () => {
    const wrapper = composer()
    await wrapper.get('textarea').setValue('   ')
    await wrapper.get('textarea').trigger('keydown', { key: 'Enter' })
    expect(wrapper.emitted('send')).toBeUndefined()
  })
})
