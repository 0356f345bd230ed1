/** The workspace's languages: zh first, en complete (a test compares the keys). */
import { createI18n } from 'vue-i18n'
import { firstLocale } from '@/shared/preferences'
import { viewerEn, viewerZh } from '@/shared/parts/media/words'
import { accounts as accountsEn, admin as adminEn, channelLog as channelLogEn } from './accounts.en'
import { accounts as accountsZh, admin as adminZh, channelLog as channelLogZh } from './accounts.zh'
import { cards as cardsEn } from './cards.en'
import { cards as cardsZh } from './cards.zh'
import { talk as talkEn } from './conversation.en'
import { talk as talkZh } from './conversation.zh'
import { en } from './en'
import { knowledge as knowledgeEn } from './knowledge.en'
import { knowledge as knowledgeZh } from './knowledge.zh'
import { codes as codesEn, menus as menusEn, rotation as rotationEn } from './menus.en'
import { codes as codesZh, menus as menusZh, rotation as rotationZh } from './menus.zh'
import { notices as noticesEn } from './notices.en'
import { notices as noticesZh } from './notices.zh'
import { security as securityEn } from './security.en'
import { security as securityZh } from './security.zh'
import { zh } from './zh'

const administrationZh = {
  admin: adminZh,
  accounts: accountsZh,
  channelLog: channelLogZh,
  menus: menusZh,
  codes: codesZh,
  rotation: rotationZh,
  security: securityZh,
}
const administrationEn = {
  admin: adminEn,
  accounts: accountsEn,
  channelLog: channelLogEn,
  menus: menusEn,
  codes: codesEn,
  rotation: rotationEn,
  security: securityEn,
}

export const messages = {
  zh: {
    ...zh,
    talk: talkZh,
    notices: noticesZh,
    cards: cardsZh,
    viewer: viewerZh,
    knowledge: knowledgeZh,
    ...administrationZh,
  },
  en: {
    ...en,
    talk: talkEn,
    notices: noticesEn,
    cards: cardsEn,
    viewer: viewerEn,
    knowledge: knowledgeEn,
    ...administrationEn,
  },
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLocale(),
  fallbackLocale: 'zh',
  messages,
})
