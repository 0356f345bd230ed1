/** The pages of those who keep the contact centre running, and who sees which. */
import type { IconName } from '@/shared/icons'
import type { Role } from '@/shared/protocol'

export interface AdminPage {
  name: string
  path: string
  icon: IconName
  roles: readonly Role[]
}

export const ADMIN_PAGES: readonly AdminPage[] = [
  { name: 'accounts', path: '/accounts', icon: 'signal', roles: ['admin', 'operator'] },
  { name: 'channelLog', path: '/channel-log', icon: 'wire', roles: ['admin', 'operator'] },
  { name: 'keys', path: '/keys', icon: 'lock', roles: ['admin'] },
  { name: 'webhooks', path: '/webhooks', icon: 'send', roles: ['admin'] },
  { name: 'users', path: '/users', icon: 'people', roles: ['admin'] },
  { name: 'audit', path: '/audit', icon: 'note', roles: ['admin'] },
]

export const adminPagesOf = (role: Role | undefined): AdminPage[] =>
  ADMIN_PAGES.filter(({ roles }) => role !== undefined && roles.includes(role))
