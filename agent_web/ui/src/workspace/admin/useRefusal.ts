/** Why the hub said no: what happened, what is safe, what to do. */
import { useWords } from '@/shared/useWords'
import { Declined } from '../rest/api'

const BY_STATUS: Readonly<Record<number, string>> = {
  403: 'forbidden',
  404: 'not_found',
  405: 'not_offered',
  422: 'invalid',
  429: 'too_often',
}

export function useRefusal(): (error: unknown) => string {
  const { t, has } = useWords()
  return (error) => {
    if (!(error instanceof Declined)) return t('admin.refused.unreachable')
    const code = error.reason
    if (has(`admin.refused.${code}`)) return t(`admin.refused.${code}`)
    const known = BY_STATUS[error.status]
    const values = { code: code || String(error.status), detail: error.detail }
    return t(`admin.refused.${known ?? 'other'}`, values)
  }
}
