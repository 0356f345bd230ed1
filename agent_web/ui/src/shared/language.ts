/** The language a text is set in, for its `lang`: fonts and screen readers follow it. */
export const languageOf = (text: string): 'zh-CN' | 'en' =>
  /\p{Script=Han}/u.test(text) ? 'zh-CN' : 'en'
