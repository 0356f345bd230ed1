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

/** What is needed of somebody before anything else may be done; "" = nothing. */
export type Debt = '' | 'password' | 'otp'

interface Entered extends Me {
  owes?: Debt
}

/** `expired`: somebody was signed in here; the page stays as it is under the sign-in card. */
export type SessionState = 'starting' | 'out' | 'owing' | 'in' | 'expired'
export type SignInProblem =
  '' | 'wrong' | 'wrong_code' | 'code_needed' | 'locked' | 'unreachable' | 'slow_down'

export const useSession = defineStore('session', () => {
  const state = ref<SessionState>('starting')
  const me = ref<Me | null>(null)
  const owes = ref<Debt>('')
  /** Seconds in which no sign-in is tried, as of the last try. */
  const lockedS = ref(0)
  const bank = ref('')
  const environment = ref('')
  const build = ref('')
  /** Asked for with the sign-in; the desk hears of it as soon as it is there. */
  const wantsReady = ref(false)
  /** The program changed since this page was loaded. */
  const outdated = ref(false)

  let leaving = false

  const isLead = computed(() => me.value?.role === 'supervisor' || me.value?.role === 'admin')
  /** Keeps the machine running and sees no customer. */
  const isOperator = computed(() => me.value?.role === 'operator')
  /** As messages and notes name their author. */
  const author = computed(() => (me.value ? `agent:${me.value.username}` : ''))

  function enter(who: Entered): void {
    me.value = { username: who.username, display_name: who.display_name, role: who.role }
    owes.value = who.owes ?? ''
    state.value = owes.value === '' ? 'in' : 'owing'
  }

  function expire(): void {
    if (leaving) return // the hub may hang up before it answers
    if (state.value === 'in') state.value = 'expired'
    else if (state.value === 'starting' || state.value === 'owing') state.value = 'out'
  }

  /** Asks the hub; without an answer nothing changes. */
  async function check(): Promise<void> {
    try {
      enter(await get<Entered>('/session'))
    } catch (error) {
      if (error instanceof Declined && error.status === 401) expire()
    }
  }

  /** `otp`: the code of the second factor, where one was asked for. */
  async function signIn(username: string, password: string, otp = ''): Promise<SignInProblem> {
    try {
      const given = otp === '' ? {} : { otp }
      const who = await post<Entered>('/session', { username, password, ...given })
      const other = me.value !== null && me.value.username !== who.username
      if (other)
        location.reload() // nothing of the one before stays in this page
      else enter(who)
      return ''
    } catch (error) {
      if (!(error instanceof Declined)) return 'unreachable'
      lockedS.value = error.waitS
      if (error.reason === 'locked' || error.reason === 'code_needed') return error.reason
      if (error.status === 429) return 'slow_down'
      return otp === '' ? 'wrong' : 'wrong_code'
    }
  }

  async function signOut(): Promise<void> {
    leaving = true
    try {
      await remove('/session')
    } catch (error) {
      if (!(error instanceof Declined)) throw error
    } finally {
      leaving = false
    }
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
    owes,
    lockedS,
    bank,
    environment,
    outdated,
    wantsReady,
    isLead,
    isOperator,
    author,
    check,
    expire,
    signIn,
    signOut,
    welcomed,
  }
})
