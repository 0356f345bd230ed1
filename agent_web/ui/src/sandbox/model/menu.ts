/** The account's menu as it is set and as it is read back. Pure. */
import type { AccountMenu, MenuButton } from '../types'

const MOST = 3

export const buttonsOf = (menu: AccountMenu | null): MenuButton[] =>
  (menu?.button ?? menu?.menu?.button ?? []).slice(0, MOST)
