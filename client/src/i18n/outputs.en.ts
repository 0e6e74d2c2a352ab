/** Texts of an output's row, in the studio and on the streams page. */
export const outputsEn = {
  outputs: {
    state: { connecting: 'Connecting', live: 'Live', retrying: 'Retrying', failed: 'Failed', stopped: 'Stopped' },
    retries_one: '{{count}} retry',
    retries_other: '{{count}} retries',
    nextRetry: 'next in {{seconds}} s',
    retryNow: 'Try again now',
    remove: 'Remove this destination',
  },
};

export type OutputsTexts = typeof outputsEn;
