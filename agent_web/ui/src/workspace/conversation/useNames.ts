/** People and codes of a conversation in words. */
import { useWords } from '@/shared/useWords'
import { useDesk } from '../stores/desk'
import { useSession } from '../stores/session'

export interface Names {
  author: (author: string) => string
  /** The first of these places that has a word for the code, else the code itself. */
  code: (code: string, ...places: string[]) => string
}

export function useNames(): Names {
  const { t, has } = useWords()
  const desk = useDesk()
  const session = useSession()

  function author(who: string): string {
    if (who === session.author) return t('talk.me')
    const [kind = '', name = ''] = who.split(/:(.*)/su)
    if (kind === 'agent') return desk.agentName(name)
    return has(`talk.author.${kind}`) ? t(`talk.author.${kind}`, { name }) : who
  }

  function code(value: string, ...places: string[]): string {
    const place = places.find((each) => has(`${each}.${value}`))
    return place === undefined ? value : t(`${place}.${value}`)
  }

  return { author, code }
}
