/** Texts of an output's row, in the studio and on the streams page. */
export const outputsEn = {
  errors: {
    ADDRESS_FORBIDDEN:
      'The server pushes to public addresses only. Use a public one, or have the operator allow private ones (output.allowPrivate).',
    DESTINATION_REFUSED: 'The destination refused the stream. Check its server URL and stream key.',
    DESTINATION_UNREACHABLE: 'The destination cannot be reached. Check its URL; retrying automatically.',
    DESTINATION_STALLED: 'The destination stopped receiving data. Retrying automatically.',
    DESTINATION_CLOSED: 'The destination closed the connection. Retrying automatically.',
  },
  outputs: {
    reconnecting: 'Reconnecting',
    state: {
      connecting: 'Connecting',
      live: 'Live',
      stalled: 'Not responding',
      retrying: 'Retrying',
      failed: 'Failed',
      stopped: 'Stopped',
    },
    retries_one: '{{count}} retry',
    retries_other: '{{count}} retries',
    nextRetry: 'next in {{seconds}} s',
    retryNow: 'Try again now',
    remove: 'Remove this destination',
  },
};

export type OutputsTexts = typeof outputsEn;
