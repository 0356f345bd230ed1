/** One notice while it is being written: templates, values, what is wrong, and sending it. */
import {
  computed,
  nextTick,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import { Declined, Unreachable } from '../rest/api'
import { newId } from '../stores/commands'
import { fetchTemplates, sendNotice } from './api'
import { choosable, consentsLeft, fieldAt, filled, problemOf, type Template } from './fields'
import { useUnsettled, type Unsettled } from './unsettled'

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
  /** It went to the hub, and nobody knows whether it arrived. */
  unsure: ComputedRef<boolean>
  busy: Ref<boolean>
  load: () => Promise<void>
  /** Whether it is on its way. */
  send: () => Promise<boolean>
}

const CHECKED_BY_SCREEN = ['missing', 'long']
/** The hub has decided the one before, which was written otherwise. */
const REUSED = 'command_id_reused'

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
  const unsettled = useUnsettled()
  const left = computed(() => unsettled.held.get(conversationId()))
  const unsure = computed(() => left.value !== undefined && !busy.value)

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
    if (left.value) await takeUp(left.value)
    else if (first && consentsLeft(first, consents()) !== 0) chosen.value = first.id
  }

  /** As it was when nobody answered. */
  async function takeUp(before: Unsettled): Promise<void> {
    chosen.value = before.templateId
    await nextTick() // a choice empties the fields
    values.value = { ...before.values }
    url.value = before.url
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
    const to = conversationId()
    const asked = left.value !== undefined
    const commandId = left.value?.commandId ?? newId()
    const kept = { templateId: filling.id, values: { ...values.value }, url: url.value }
    unsettled.hold({ id: to, commandId, ...kept })
    try {
      const order = { command_id: commandId, template_id: filling.id, url: url.value.trim() }
      await sendNotice(to, { ...order, values: filled(filling, values.value) })
      unsettled.release(to)
      return true
    } catch (error) {
      if (!(error instanceof Declined || error instanceof Unreachable)) throw error
      if (error instanceof Unreachable) return false
      // A refusal of this try says nothing of an earlier one, unless it names it.
      if (!asked || error.reason === REUSED) unsettled.release(to)
      refused(error, filling)
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
    ...{ reading, templates, chosen, template, values, url, wrong, refusal, unsure, busy },
    ...{ load, send },
  }
}
