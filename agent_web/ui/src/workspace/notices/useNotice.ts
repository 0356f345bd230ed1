/** One notice while it is being written: templates, values, what is wrong, and sending it. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { Declined, Unreachable } from '../rest/api'
import { newId } from '../stores/commands'
import { fetchTemplates, sendNotice } from './api'
import { choosable, consentsLeft, fieldAt, filled, problemOf, type Template } from './fields'

/** `none`: the account has no template the bank allows. */
export type Reading = 'loading' | 'ready' | 'none' | 'failed'

export interface NoticeWriting {
  reading: Ref<Reading>
  templates: ComputedRef<Template[]>
  chosen: Ref<string>
  template: ComputedRef<Template | undefined>
  values: Ref<Record<string, string>>
  url: Ref<string>
  /** By field: "missing", "long" or the field's type where the hub refused it. */
  wrong: ShallowRef<Record<string, string>>
  /** The code of a refusal that concerns the whole notice; "" for none. */
  refusal: Ref<string>
  busy: Ref<boolean>
  load: () => Promise<void>
  /** Whether it is on its way. */
  send: () => Promise<boolean>
}

const CHECKED_BY_SCREEN = ['missing', 'long']

export function useNotice(
  conversationId: () => string,
  channelId: () => string,
  consents: () => Readonly<Record<string, number>>,
): NoticeWriting {
  const reading = ref<Reading>('loading')
  const all = shallowRef<readonly Template[]>([])
  const chosen = ref('')
  const values = ref<Record<string, string>>({})
  const url = ref('')
  const wrong = shallowRef<Record<string, string>>({})
  const refusal = ref('')
  const busy = ref(false)
  let commandId = newId()

  const templates = computed(() => choosable(all.value, consents()))
  const template = computed(() => templates.value.find((each) => each.id === chosen.value))

  watch(chosen, () => {
    values.value = {}
    wrong.value = {}
    refusal.value = ''
  })

  async function load(): Promise<void> {
    reading.value = 'loading'
    refusal.value = ''
    try {
      all.value = (await fetchTemplates(channelId())).items
    } catch (error) {
      if (!(error instanceof Declined || error instanceof Unreachable)) throw error
      refusal.value = error instanceof Declined ? error.reason : ''
      reading.value = 'failed'
      return
    }
    const first = templates.value[0]
    reading.value = first ? 'ready' : 'none'
    if (first && consentsLeft(first, consents()) !== 0) chosen.value = first.id
  }

  /** What the screen can tell without the hub. */
  function check(filling: Template): boolean {
    const problems = filling.fields.flatMap((field): [string, string][] => {
      const problem = problemOf(field, values.value[field.name] ?? '')
      return problem === '' ? [] : [[field.name, problem]]
    })
    wrong.value = Object.fromEntries(problems)
    if (problems.length > 0) return false
    const empty = Object.keys(filled(filling, values.value)).length === 0
    if (empty) wrong.value = { [filling.fields[0]?.name ?? '']: 'missing' }
    return !empty
  }

  function refused(error: Declined, filling: Template): void {
    commandId = newId()
    const named = error.fields.map((each) => fieldAt(each.pointer))
    const fields = filling.fields.filter((field) => named.includes(field.name))
    wrong.value = Object.fromEntries(fields.map((field) => [field.name, field.type]))
    refusal.value = fields.length > 0 ? '' : error.reason
  }

  async function send(): Promise<boolean> {
    const filling = template.value
    if (!filling || busy.value || !check(filling)) return false
    busy.value = true
    refusal.value = ''
    try {
      const order = { command_id: commandId, template_id: filling.id, url: url.value.trim() }
      await sendNotice(conversationId(), { ...order, values: filled(filling, values.value) })
      return true
    } catch (error) {
      if (error instanceof Declined) refused(error, filling)
      else if (error instanceof Unreachable) refusal.value = 'unreachable_hub'
      else throw error
      return false
    } finally {
      busy.value = false
    }
  }

  watch(
    values,
    () => {
      const still = Object.entries(wrong.value).filter(([name, problem]) => {
        const field = template.value?.fields.find((each) => each.name === name)
        if (!field || !CHECKED_BY_SCREEN.includes(problem)) return false
        return problemOf(field, values.value[name] ?? '') !== ''
      })
      wrong.value = Object.fromEntries(still)
    },
    { deep: true },
  )

  return {
    ...{ reading, templates, chosen, template, values, url, wrong, refusal, busy },
    ...{ load, send },
  }
}
