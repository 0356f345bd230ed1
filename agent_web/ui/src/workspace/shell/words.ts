/** Words for codes, with the code itself where there is no word yet. */
import { channelKind } from '@/shared/channels'
import { useWords } from '@/shared/useWords'

export interface CodeWords {
  channel: (channel: string) => string
  reason: (code: string) => string
  /** A customer without a name is told apart by the end of the customer's number. */
  customer: (name: string, customerId: string) => string
  busy: (code: string) => string
  presence: (presence: string, reason: string) => string
  /** The last words of a talk, or in their place what was sent. */
  said: (text: string, kind: string) => string
  /** A span for a sentence: "3 min", not "03:00". */
  about: (seconds: number) => string
}

export function useCodeWords(): CodeWords {
  const { t, has } = useWords()
  const word = (group: string, code: string): string =>
    has(`${group}.${code}`) ? t(`${group}.${code}`) : code
  const busy = (code: string): string => word('busy', code === '' ? 'none' : code)
  return {
    channel: (channel) => t(`channel.${channelKind(channel)}`),
    reason: (code) => word('reason', code),
    customer: (name, customerId) =>
      name === '' ? t('unnamed', { code: customerId.slice(-4).toUpperCase() }) : name,
    busy,
    presence: (presence, reason) =>
      presence === 'not_ready' && reason !== ''
        ? t('presence.busyAs', { reason: busy(reason) })
        : t(`presence.${presence}`),
    said: (text, kind) => (text === '' && kind !== '' ? `[${word('kind', kind)}]` : text),
    about: (seconds) => {
      if (seconds < 90) return t('units.s', { n: Math.max(0, Math.round(seconds)) })
      if (seconds < 5400) return t('units.min', { n: Math.round(seconds / 60) })
      if (seconds < 48 * 3600) return t('units.h', { n: Math.round(seconds / 3600) })
      return t('units.d', { n: Math.round(seconds / 86_400) })
    },
  }
}
