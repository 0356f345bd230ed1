/** The mark of a channel: its word and its line icon, by the kind a channel's name begins with. */
import type { IconName } from './icons'

const ICONS = {
  wechat: 'message',
  weibo: 'signal',
  sms: 'phone',
  mail: 'mail',
  webchat: 'globe',
  voice: 'phone',
  video: 'video',
  other: 'message',
} as const satisfies Record<string, IconName>

export type ChannelKind = keyof typeof ICONS

/** `channel`: a kind ("wechat") or a channel's name ("wechat-demo"). */
export function channelKind(channel: string): ChannelKind {
  const [kind = ''] = channel.split('-')
  return kind in ICONS ? (kind as ChannelKind) : 'other'
}

export const channelIcon = (channel: string): IconName => ICONS[channelKind(channel)]
