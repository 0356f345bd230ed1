/** Why the hub said no, in words, as a notice. */
import { useWords } from '@/shared/useWords'
import { Declined } from '../rest/api'
import { useToasts } from '../stores/toasts'

const BY_STATUS: Readonly<Record<number, string>> = {
  403: 'forbidden',
  404: 'not_found',
}

export interface Saying {
  why: (error: unknown) => string
  /** Says it; for calls whose failure changes nothing on the screen. */
  sorry: (error: unknown) => void
}

export function useSaying(): Saying {
  const { t, has } = useWords()
  const toasts = useToasts()

  function why(error: unknown): string {
    if (!(error instanceof Declined)) return t('knowledge.refused.unreachable')
    const code = error.reason
    if (has(`knowledge.refused.${code}`)) return t(`knowledge.refused.${code}`)
    if (error.status === 422 || code === 'flawed')
      return t('knowledge.refused.invalid', { detail: error.detail })
    const known = BY_STATUS[error.status]
    if (known) return t(`knowledge.refused.${known}`)
    return t('knowledge.refused.other', { code: code || String(error.status) })
  }

  return {
    why,
    sorry: (error) => {
      toasts.say(`${t('knowledge.refused.title')}${t('talk.because', { why: why(error) })}`, 'warn')
    },
  }
}

/** Somebody else wrote it first. */
export const isConflict = (error: unknown): boolean =>
  error instanceof Declined && error.reason === 'stale_version'
