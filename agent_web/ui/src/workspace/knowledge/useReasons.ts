/** Why a publication did not come about, in words. */
import { useWords } from '@/shared/useWords'
import type { Publication } from './types'

export function useReasons(): (publication: Publication) => string {
  const { t, has } = useWords()
  return ({ reason, detail }) => {
    const known = has(`knowledge.publish.why.${reason}`)
    const words = t(`knowledge.publish.why.${known ? reason : 'other'}`, { code: reason })
    return detail === '' || detail === reason ? words : `${words} (${detail})`
  }
}
