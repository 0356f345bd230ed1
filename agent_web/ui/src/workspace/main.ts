import { createPinia } from 'pinia'
import { createApp } from 'vue'
import '@/shared/tokens.css'
import '@/shared/base.css'
import '@/shared/element.css'
import App from './App.vue'
import { i18n } from './locales'
import { router } from './router'

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
