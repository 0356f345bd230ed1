/** How loud the end of an exchange is. */
import type { Tone } from '../admin/tones'
import type { Outcome } from './api'

export const TONES: Readonly<Record<Outcome, Tone>> = {
  ok: 'good',
  refused: 'bad',
  failed: 'bad',
  uncertain: 'warn',
}
