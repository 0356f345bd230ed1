/** Codes the hub takes: scopes of keys, events of webhooks, reasons to see a number. */
export const SCOPES = [
  'read:conversations',
  'write:conversations',
  'write:messages',
  'write:notices',
  'read:customers',
  'write:customers',
  'read:media',
  'write:media',
  'read:channels',
  'read:dead-letters',
  'write:dead-letters',
  'read:catalogue',
  'write:catalogue',
  'read:knowledge',
  'write:knowledge',
  'read:agents',
  'read:audit',
] as const

export const EVENTS = [
  'conversation.opened',
  'conversation.handed_off',
  'conversation.closed',
  'message.received',
  'message.sent',
  'message.withheld',
  'delivery.changed',
  'interaction.offered',
  'interaction.assigned',
  'interaction.requeued',
  'wrap_up.finished',
] as const

export const REASONS = ['identity_check', 'transaction', 'complaint', 'fraud', 'legal'] as const
