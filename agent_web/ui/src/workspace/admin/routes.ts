/** Addresses of the administration, each page loaded when it is opened. */
import type { RouteRecordRaw } from 'vue-router'

const meta = { aside: true, page: 'admin' }

export const adminRoutes: RouteRecordRaw[] = [
  {
    path: '/admin',
    component: () => import('./AdminFrame.vue'),
    meta,
    children: [
      { path: '', name: 'admin', redirect: '/accounts' },
      {
        path: '/accounts',
        name: 'accounts',
        component: () => import('../accounts/AccountsPage.vue'),
      },
      {
        path: '/channel-log',
        name: 'channelLog',
        component: () => import('../channel-log/ChannelLogPage.vue'),
      },
      { path: '/keys', name: 'keys', component: () => import('../security/KeysPage.vue') },
      {
        path: '/webhooks',
        name: 'webhooks',
        component: () => import('../security/WebhooksPage.vue'),
      },
      { path: '/users', name: 'users', component: () => import('../security/UsersPage.vue') },
      { path: '/audit', name: 'audit', component: () => import('../security/AuditPage.vue') },
    ],
  },
  {
    path: '/me',
    name: 'me',
    component: () => import('../security/MyAccountPage.vue'),
    meta: { aside: true, page: 'me' },
  },
]
