/** Texts of the operator's recordings page. */
export const recordingsEn = {
  recordings: {
    title: 'Recordings',
    subtitle: 'Play, download and delete what was recorded.',
    column: { stream: 'Stream', started: 'Started', length: 'Length', size: 'Size', state: 'State', actions: 'Actions' },
    state: { recording: 'Recording', complete: 'Complete', failed: 'Interrupted' },
    filter: 'Stream',
    all: 'All streams',
    play: 'Play the recording of {{name}}, {{time}}',
    download: 'Download the recording of {{name}}, {{time}}',
    downloadAction: 'Download',
    remove: 'Delete the recording of {{name}}, {{time}}',
    removeTitle: 'Delete this recording?',
    removeText: '{{name}}, {{time}}. Its files will be deleted for good.',
    removeConfirm: 'Delete',
    gaps_one: '{{count}} gap, {{length}} missing',
    gaps_other: '{{count}} gaps, {{length}} missing',
    gapList: 'Gaps where nothing was recorded',
    gapAt: 'Go to {{at}}, where {{length}} is missing',
    address: 'URL, valid until {{time}}',
    unplayable: 'This browser cannot play this recording. Download it, or open its URL in VLC.',
    older: 'Show older recordings',
    empty: 'No recordings yet',
    emptyText: 'Turn on recording in a stream’s settings. Its broadcasts then appear here.',
    emptyFiltered: 'No recordings of this stream',
    failed: 'The recordings could not be read',
    failedBridge: 'The part of the server that keeps recordings does not answer. Retrying automatically.',
    stillRecording: 'Still recording: plays what there is so far.',
  },
};

export type RecordingsTexts = typeof recordingsEn;
