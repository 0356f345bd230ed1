/** Documents for tests: whole, with what a test does not care about filled in. */
import type {
  AddressShape,
  ColleagueDoc,
  ConversationDoc,
  CustomerDoc,
  MarkDoc,
  MessageDoc,
  NoteDoc,
  QueueDoc,
  WorkDoc,
} from '@/shared/protocol'

export const CUSTOMER = '1f0a2b3c4d5e6f708192'
export const CONVERSATION = `${CUSTOMER}.2`
const AT = '2026-11-22T06:02:10.000Z'

let count = 0

export const messageDoc = (given: Partial<MessageDoc> = {}): MessageDoc => ({
  kind: 'message',
  id: `${CONVERSATION}.${++count}`,
  seq: count,
  n: count,
  conversation_id: CONVERSATION,
  at: AT,
  author: 'customer',
  parts: [{ is: 'TextPart', text: '您好' }],
  deliveries: [],
  withheld: '',
  resend_of: '',
  command_id: '',
  article: '',
  score: 0,
  ranking: null,
  ...given,
})

export const noteDoc = (given: Partial<NoteDoc> = {}): NoteDoc => ({
  kind: 'note',
  id: `note-${++count}`,
  seq: count,
  n: count,
  conversation_id: CONVERSATION,
  at: AT,
  author: 'agent:li',
  text: '已核身',
  ...given,
})

export const markDoc = (given: Partial<MarkDoc> = {}): MarkDoc => ({
  kind: 'mark',
  id: `mark-${++count}`,
  seq: count,
  n: count,
  conversation_id: CONVERSATION,
  at: AT,
  what: 'opened',
  who: '',
  detail: '',
  ranking: null,
  ...given,
})

export const conversationDoc = (given: Partial<ConversationDoc> = {}): ConversationDoc => ({
  kind: 'conversation',
  id: CONVERSATION,
  seq: 10,
  customer_id: CUSTOMER,
  state: 'active',
  channel_id: 'wechat-demo',
  display_name: '王女士',
  reply_to: 'wechat-demo|o6_bmjrPTlm6_2sgVt7hMZOPfL2M',
  interaction_id: `${CONVERSATION}-1`,
  agent_id: 'li',
  epoch: 3,
  opened_at: AT,
  updated_at: AT,
  closed_at: null,
  close_reason: '',
  handed_off_reason: 'asked_for_person',
  disposition: '',
  summary: '',
  wrap_up_until: null,
  owed_since: AT,
  messages: 4,
  last_text: '您好',
  last_kind: 'TextPart',
  last_author: 'customer',
  undelivered: 0,
  ...given,
})

export const addressOf = (given: Partial<AddressShape> = {}): AddressShape => ({
  key: 'wechat-demo|o6_bmjrPTlm6_2sgVt7hMZOPfL2M',
  channel_id: 'wechat-demo',
  channel_kind: 'wechat',
  value: 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M',
  display_name: '王女士',
  reachable: true,
  windows: true,
  grants: [],
  consents: {},
  scene: '',
  profile: null,
  ...given,
})

export const customerDoc = (given: Partial<CustomerDoc> = {}): CustomerDoc => ({
  kind: 'customer',
  id: CUSTOMER,
  seq: 10,
  display_name: '王女士',
  language: 'zh',
  addresses: [addressOf()],
  conversations: 2,
  ...given,
})

export const workDoc = (given: Partial<WorkDoc> = {}): WorkDoc => ({
  kind: 'work',
  id: `${CONVERSATION}-1`,
  seq: 5,
  conversation_id: CONVERSATION,
  customer_id: CUSTOMER,
  queue_id: 'loan',
  state: 'active',
  medium: 'text',
  channel_id: 'wechat-demo',
  display_name: '王女士',
  reason: 'asked_for_person',
  language: 'zh',
  agent_id: 'li',
  epoch: 3,
  waiting_since: AT,
  since: AT,
  offer_until: null,
  first: false,
  returns: 0,
  returned_because: '',
  target: '',
  note: '',
  why: null,
  ...given,
})

export const colleagueDoc = (given: Partial<ColleagueDoc> = {}): ColleagueDoc => ({
  kind: 'colleague',
  id: 'chen',
  seq: 5,
  display_name: '陈晨',
  presence: 'ready',
  free: 2,
  ...given,
})

export const queueDoc = (given: Partial<QueueDoc> = {}): QueueDoc => ({
  kind: 'queue',
  id: 'loan',
  seq: 5,
  name: '个人贷款',
  name_en: 'Personal loans',
  skills: [],
  waiting: 0,
  offered: 0,
  active: 0,
  oldest: null,
  ready: 1,
  wait_s: -1,
  target_s: 60,
  ...given,
})
