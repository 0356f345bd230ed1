/** Who is signed in at this screen, and where. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Role, Welcome } from '@/shared/protocol'
import { Declined, get, onSignedOut, post, remove } from '../rest/api'

export interface Me {
  username: string
  display_name: string
  role: Role
}

/** `expired`: somebody was signed in here; the page stays as it is under the sign-in card. */
export type SessionState = 'starting' | 'out' | 'in' | 'expired'
export type SignInProblem = '' | 'wrong' | 'unreachable' | 'slow_down'

export const useSession = defineStore('session', () => {
  const state = ref<SessionState>('starting')
  const me = ref<Me | null>(null)
  const bank = ref('')
  const environment = ref('')
  const build = ref('')
  /** Asked for with the sign-in; the desk hears of it as soon as it is there. */
  const wantsReady = ref(false)
  /** The program changed since this page was loaded. */
  const outdated = ref(false)

  const isLead = computed(() => me.value !== null && me.value.role !== 'agent')
  /** As messages and notes name their author. */
  const author = computed(() => (me.value ? `agent:${me.value.username}` : ''))

  function enter(who: Me): void {
    me.value = { username: who.username, display_name: who.display_name, role: who.role }
    state.value = 'in'
  }

  function expire(): void {
    if (state.value === 'in') state.value = 'expired'
    else if (state.value === 'starting') state.value = 'out'
  }

  /** Asks the hub; without an answer nothing changes. */
  async function check(): Promise<void> {
    try {
      enter(await get<Me>('/session'))
    } catch (error) {
      if (error instanceof Declined && error.status === 401) expire()
    }
  }

  async function signIn(username: string, password: string): Promise<SignInProblem> {
    try {
      const who = await post<Me>('/session', { username, password })
      const other = me.value !== null && me.value.username !== who.username
      if (other)
        location.reload() // nothing of the one before stays in this page
      else enter(who)
      return ''
    } catch (error) {
      if (!(error instanceof Declined)) return 'unreachable'
      return error.status === 429 ? 'slow_down' : 'wrong'
    }
  }

  async function signOut(): Promise<void> {
    await remove('/session').catch((error: unknown) => {
      if (!(error instanceof Declined)) throw error
    })
    me.value = null
    state.value = 'out'
  }

  function welcomed(frame: Welcome): void {
    bank.value = frame.bank
    environment.value = frame.environment
    outdated.value = build.value !== '' && build.value !== frame.build
    if (build.value === '') build.value = frame.build
    enter(frame)
  }

  onSignedOut(expire)
  return {
    state,
    me,
    bank,
    environment,
    outdated,
    wantsReady,
    isLead,
    author,
    check,
    expire,
    signIn,
    signOut,
    welcomed,
  }
})
