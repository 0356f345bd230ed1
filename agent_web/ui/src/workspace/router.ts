/** The pages of the workspace. */
import { createRouter, createWebHistory } from 'vue-router'
import WorkPage from './shell/WorkPage.vue'

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/', name: 'work', component: WorkPage },
    { path: '/c/:conversationId', name: 'talk', component: WorkPage },
    { path: '/team', name: 'team', component: () => import('./team/TeamPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
