/** What a customer who is offered wants, in their own words. Pure. */
import type { MessageDoc } from '@/shared/protocol'
import { plainText } from '../conversation/parts'

/** The last words are often no more than a call for a person; the question stands before them. */
const KEPT = 2

/** One line of the newest words of the customer in this conversation, "" when there are none. */
export function wantedOf(messages: readonly MessageDoc[], conversationId: string): string {
  return messages
    .filter((each) => each.conversation_id === conversationId && each.author === 'customer')
    .sort((a, b) => a.n - b.n)
    .map((each) => plainText(each.parts))
    .filter(Boolean)
    .slice(-KEPT)
    .join(' / ')
}
