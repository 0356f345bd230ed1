/** English words of the recent deliveries of webhooks. */
export const deliveries = {
  title: 'Recent deliveries',
  summary: 'Latest {n} tries: {good} arrived, {bad} did not',
  caption:
    'Oldest on the left. Height is the time per notice, {slowest} at most; red with a line below did not arrive.',
  notices: 'Notices: {n}, IDs {ids}',
  attempt: 'try {n}',
  seconds: '{n} s',
  empty:
    'Nothing was delivered yet. Once something it listens to happens, each try is noted here; the last 200 are kept.',
  reason: {
    delivered: 'Arrived',
    timeout: 'Timed out',
    no_answer: 'No answer',
    name_not_found: 'Name not found',
    tls_failed: 'Certificate not trusted',
    not_connected: 'Not reachable',
    broken_off: 'Broken off',
    removed: 'Removed',
    https_needed: 'Not https',
    address_not_public: 'Not public',
    address_with_password: 'Password in the address',
    no_host: 'No server name',
    scheme_not_allowed: 'Not a web address',
    moved: 'Redirected',
    not_allowed: 'Not let in',
    not_there: 'Wrong path',
    gone: 'Address gone',
    too_large: 'Too large for it',
    too_often: 'Too many for it',
    refused: 'Refused',
    broken: 'Receiver failed',
    other: 'Did not arrive ({code})',
  },
  advice: {
    timeout:
      'No answer within 10 seconds; it is tried again. Ask the receiver to answer first and work afterwards.',
    no_answer: 'It is tried again. Ask the receiver whether its server runs.',
    name_not_found:
      'Check the spelling of the address, or ask the receiver to check its DNS. It is tried again.',
    tls_failed:
      'Ask the receiver to check its certificate: expiry, name and intermediate certificates. It is tried again.',
    not_connected:
      'Ask the receiver whether its server runs and whether port and firewall let us in. It is tried again.',
    broken_off:
      'The answer broke off; it is tried again. Ask the receiver to look at its server and proxy logs.',
    removed: 'The webhook was removed meanwhile; there is nothing to do.',
    scheme_not_allowed: 'Remove this webhook and register it with an https address.',
    moved: 'Notices follow no redirect. Remove the webhook and register the new address.',
    not_allowed:
      'Ask the receiver to let POST in at this address and to check the signature instead of a login.',
    not_there:
      'Ask the receiver to check the path and that it takes POST. If it moved, remove and register anew.',
    gone: 'The receiver says the address is gone, so it was paused. To use it again, have it restored, then resume.',
    too_large: 'Ask the receiver to allow larger requests. It is tried again.',
    too_often:
      'The receiver cannot take more just now; it is tried again. If this goes on, ask for a higher limit.',
    refused: 'It is tried again. Ask the receiver to look up this status in its log.',
    broken: 'The receiver’s server failed; it is tried again. Ask it to look at its log.',
  },
}
