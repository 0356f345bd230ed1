/** When and by whom, in words. */
import { clock, clockOrDay } from '@/shared/time'
import { useWords } from '@/shared/useWords'
import { useNames } from '../conversation/useNames'
import { useLink } from '../stores/link'

/** The clock of today, the day and the clock before that. */
export function useWhen(): (at: string) => string {
  const link = useLink()
  return (at) => {
    const day = clockOrDay(at, link.now)
    return day === clock(at) ? day : `${day} ${clock(at)}`
  }
}

/** Who wrote it; what came with the product nobody wrote here. */
export function useWriter(): (author: string) => string {
  const { t } = useWords()
  const names = useNames()
  return (author) => (author === 'system' ? t('knowledge.history.system') : names.author(author))
}
