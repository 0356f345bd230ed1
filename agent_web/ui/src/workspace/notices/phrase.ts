/** "/notice" in the box: among the canned replies, and yet it opens the dialog. */
import type { Phrase } from '../composer/phrases'

const ID = 'command:notice'

export const noticePhrase = (t: (key: string) => string): Phrase => ({
  ...{ id: ID, key: 'notice', group: '', group_en: '' },
  ...{ name: t('notices.phrase'), name_en: t('notices.phrase') },
  ...{ text: t('notices.phraseText'), text_en: t('notices.phraseText') },
})

export const isNotice = (phrase: Phrase): boolean => phrase.id === ID
