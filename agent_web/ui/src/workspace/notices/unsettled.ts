/** Notices nobody answered for: with the id that lets none go out twice, until the outcome is known. */
import { defineStore } from 'pinia'
import { useHeld } from '../composer/held'
import { useSession } from '../stores/session'

export interface Unsettled {
  /** Of the conversation. */
  id: string
  commandId: string
  templateId: string
  values: Record<string, string>
  url: string
}

export const useUnsettled = defineStore('unsettledNotices', () => {
  const session = useSession()
  const { held, hold, release } = useHeld<Unsettled>('notices', () => session.me?.username ?? '')
  return { held, hold, release }
})
