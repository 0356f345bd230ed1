/** The account's menu as it is set and as it is read back. Pure. */
import type { AccountMenu, EventToSend, MenuButton } from '../types'

const MOST = 3

export const buttonsOf = (menu: AccountMenu | null): MenuButton[] =>
  (menu?.button ?? menu?.menu?.button ?? []).slice(0, MOST)

/** What WeChat tells of a press, by what the button does. */
export function eventOf({ type, key, url, pagepath }: MenuButton): EventToSend {
  if (type === 'miniprogram') return { event: 'view_miniprogram', key: pagepath ?? '' }
  return type === 'view' ? { event: 'VIEW', key: url ?? '' } : { event: 'CLICK', key: key ?? '' }
}
