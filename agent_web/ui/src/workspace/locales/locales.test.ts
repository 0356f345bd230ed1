import { checkLanguages } from '@/shared/localesCheck'
import { messages } from '.'

checkLanguages(messages.zh, messages.en)
