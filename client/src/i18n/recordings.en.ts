/** Texts of the operator's recordings page. */
export const recordingsEn = {
  recordings: {
    title: 'Recordings',
    subtitle: 'What was recorded: play it, download it, delete it.',
    column: { stream: 'Stream', started: 'Began', length: 'Length', size: 'Size', state: 'State', actions: 'Actions' },
    state: { recording: 'Recording', complete: 'Complete', failed: 'Broke off' },
    filter: 'Stream',
    all: 'All streams',
    play: 'Play the recording of {{name}}, {{time}}',
    download: 'Download the recording of {{name}}, {{time}}',
    downloadAction: 'Download',
    remove: 'Delete the recording of {{name}}, {{time}}',
    removeTitle: 'Delete this recording?',
    removeText: '{{name}}, {{time}}. Its files are gone for good.',
    removeConfirm: 'Delete',
    gaps_one: '{{count}} gap, {{length}} missing',
    gaps_other: '{{count}} gaps, {{length}} missing',
    gapList: 'Gaps, where nothing arrived',
    gapAt: 'Go to {{at}}, where {{length}} are missing',
    address: 'Address, valid until {{time}}',
    unplayable: 'This browser cannot play it. Download it, or open its address in VLC.',
    older: 'Show older ones',
    empty: 'No recordings yet',
    emptyText: 'Switch recording on in the settings of a stream. What is live from then on appears here.',
    emptyFiltered: 'Nothing of this stream was recorded',
    failed: 'The recordings could not be read',
    failedBridge: 'The part of the server that keeps recordings does not answer. It is asked again by itself.',
    stillRecording: 'Still being recorded: what there is until now plays.',
  },
};

export type RecordingsTexts = typeof recordingsEn;
