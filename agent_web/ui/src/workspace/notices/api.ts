/** Templates of service notices, and sending one. */
import type { Instant } from '@/shared/protocol'
import { get, post } from '../rest/api'
import type { Template } from './fields'

const READ_MS = 20_000

export interface TemplateList {
  items: Template[]
  read_at: Instant
}

export interface NoticeOrder {
  command_id: string
  template_id: string
  /** By field of the template. */
  values: Record<string, string>
  url: string
}

export const fetchTemplates = (channelId: string): Promise<TemplateList> =>
  get(`/channel-accounts/${encodeURIComponent(channelId)}/templates`)

/** Read from the provider again; for those who run the accounts. */
export const refreshTemplates = (channelId: string): Promise<TemplateList> =>
  post(`/channel-accounts/${encodeURIComponent(channelId)}/templates/refresh`, undefined, READ_MS)

/** The same `command_id` again sends nothing twice. */
export async function sendNotice(conversationId: string, order: NoticeOrder): Promise<void> {
  await post(`/conversations/${encodeURIComponent(conversationId)}/notices`, order)
}
