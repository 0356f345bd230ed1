/** The pages of the workspace; `aside` are those that show no conversation. */
import { createRouter, createWebHistory } from 'vue-router'
import { adminRoutes } from './admin/routes'
import WorkPage from './shell/WorkPage.vue'

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/', name: 'work', component: WorkPage },
    { path: '/c/:conversationId', name: 'talk', component: WorkPage },
    {
      path: '/team',
      name: 'team',
      component: () => import('./team/TeamPage.vue'),
      meta: { aside: true },
    },
    {
      path: '/knowledge/:part(unanswered|publications|try)?/:id?',
      name: 'knowledge',
      component: () => import('./knowledge/KnowledgePage.vue'),
      meta: { aside: true },
    },
    ...adminRoutes,
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
