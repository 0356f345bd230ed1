/** What an article said at each step of its history, read backwards from what it says now. */
import { contentOf } from './edits'
import type { Article, Change, Content } from './types'

export interface Past {
  change: Change
  /** After this step. */
  content: Content
}

/** Newest first. */
export function past(article: Article, changes: readonly Change[]): Past[] {
  let content = contentOf(article)
  return changes
    .toSorted((a, b) => b.version - a.version)
    .map((change) => {
      const step = { change, content }
      content = before(content, change)
      return step
    })
}

function before(content: Content, { what }: Change): Content {
  const earlier: Content = { ...content }
  for (const [name, difference] of Object.entries(what)) {
    if (name === 'phrasings') {
      const { added = [], removed = [] } = difference
      const kept = content.phrasings.filter((each) => !added.includes(each))
      earlier.phrasings = [...kept, ...removed]
    } else if (difference.from !== undefined) Object.assign(earlier, { [name]: difference.from })
  }
  return earlier
}
