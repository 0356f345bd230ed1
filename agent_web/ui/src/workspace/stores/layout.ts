/** Which panes stand beside each other, and which page a phone shows. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { remember, remembered } from '@/shared/preferences'

export type Page = 'list' | 'talk' | 'customer'
/** What the list shows. */
export type Scope = 'mine' | 'queued' | 'all'

const CUSTOMER_KEY = 'lianluo.customer'
const PHONE_PX = 768
const MEDIUM_PX = 1200

export const useLayout = defineStore('layout', () => {
  const follow = (query: string) => {
    const list = matchMedia(query)
    const matches = ref(list.matches)
    list.addEventListener('change', (event) => {
      matches.value = event.matches
    })
    return matches
  }
  /** One page at a time: list → talk → customer. */
  const phone = follow(`(max-width: ${PHONE_PX - 1}px)`)
  /** The customer pane lies over the talk instead of beside it. */
  const folded = follow(`(max-width: ${MEDIUM_PX - 1}px)`)
  const page = ref<Page>('list')
  const scope = ref<Scope>('mine')
  const wanted = ref(remembered(CUSTOMER_KEY) !== 'closed')
  const over = ref(false)
  watch(wanted, (open) => {
    remember(CUSTOMER_KEY, open ? 'open' : 'closed')
  })

  const customerShown = computed(() => {
    if (phone.value) return page.value === 'customer'
    return folded.value ? over.value : wanted.value
  })

  function toggleCustomer(): void {
    if (phone.value) page.value = page.value === 'customer' ? 'talk' : 'customer'
    else if (folded.value) over.value = !over.value
    else wanted.value = !wanted.value
  }

  /** One page back on a phone; elsewhere the pane that lies over the talk goes away. */
  function back(): void {
    over.value = false
    page.value = page.value === 'customer' ? 'talk' : 'list'
  }

  return { phone, folded, page, scope, customerShown, toggleCustomer, back }
})
