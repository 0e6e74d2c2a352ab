import type { ErrorCode } from '@lianmai/protocol';
import type { AudienceTexts } from './audience.en';
import type { OutputsTexts } from './outputs.en';
import type { RoomTexts } from './room.en';

/** The codes whose texts every page loads. The others come with the parts of the pages that can meet them. */
export type ErrorOfEveryPage = Exclude<ErrorCode, keyof AudienceTexts['errors'] | keyof OutputsTexts['errors'] | keyof RoomTexts['errors']>;

/** Each text says what happened and the one thing to do. It is the same wherever the code appears. */
const errors: Record<ErrorOfEveryPage, string> = {
  BAD_REQUEST: 'The server did not accept this. Check what you entered and try again.',
  UNAUTHENTICATED: 'Your invitation is not valid here. Ask for a new link.',
  TOKEN_EXPIRED: 'Your invitation has expired. Ask for a new link.',
  FORBIDDEN: 'You are not allowed to do this here. Ask the host.',
  REMOVED: 'The host removed you from this room.',
  ROOM_LOCKED: 'The room is locked. Ask the host to let people in, then try again.',
  NOT_FOUND: 'It no longer exists.',
  WRONG_STATE: 'That is not possible right now.',
  NAME_TAKEN: 'A stream has this name. Choose another room name, or ask the server’s operator for a link.',
  CONFLICT: 'Somebody else changed it just before you. Look again and repeat your change.',
  ROOM_FULL: 'The room is full. Try again in a while.',
  REPLACED: 'You joined from another tab or device, which took over this seat.',
  TOO_LARGE: 'The file is too large. Choose one under 4 MB.',
  UNSUPPORTED: 'This kind of file is not supported. Choose a PNG, JPEG or WebP image.',
  RATE_LIMITED: 'You are doing this too often. Wait a moment and try again.',
  OVERLOADED: 'The server has no capacity for this now. Try again in a while.',
  TIMEOUT: 'The server did not answer in time. Check your connection and try again.',
  BRIDGE_UNAVAILABLE: 'Going live is not possible right now; the call is not affected. Try again in a minute.',
  SHUTTING_DOWN: 'The server is restarting. Try again in a minute.',
  DISK_FULL: 'The server’s disk is full. Free some space, then try again.',
  INTERNAL: 'Something failed on the server. Try again; if it keeps failing, tell its operator.',
};

export const en = {
  errors,
  common: {
    cancel: 'Cancel',
    close: 'Close',
    copy: 'Copy',
    copied: 'Copied',
    live: 'LIVE',
    notices: 'Notices',
    tryAgain: 'Try again',
  },
  role: { host: 'Host' },
  quality: { excellent: 'Connection: excellent', good: 'Connection: good', poor: 'Connection: poor', lost: 'Connection: lost' },

  lobby: {
    title: 'Go on air together',
    subtitle: 'Open a room, bring people on stage, and stream it anywhere.',
    checkFirst: 'Check how you look and sound, then come in.',
    hostedBy: 'Hosted by {{name}}',
    preview: 'Preview',
    room: 'Room',
    roomPlaceholder: 'Name or link',
    roomHint: 'Letters, digits, - and _. Paste a link to join a room.',
    roomIsNew: 'This name is free: you will host the room.',
    roomHostedBy_one: 'Hosted by {{name}}, {{count}} person inside.',
    roomHostedBy_other: 'Hosted by {{name}}, {{count}} people inside.',
    roomHasPeople_one: '{{count}} person is inside.',
    roomHasPeople_other: '{{count}} people are inside.',
    badRoomName: 'Use letters, digits, - or _ only, and start with a letter or digit.',
    suggest: 'Suggest another name',
    name: 'Your name',
    namePlaceholder: 'What people will see',
    nameMissing: 'Enter a name, so that people know who you are.',
    action: { host: 'Create and host', guest: 'Join as guest', viewer: 'Watch', none: 'Join' },
    rejoinAsHost: 'Return as host',
    watchOnly: 'Join without a seat and watch',
    watchTitle: 'You will join as a viewer',
    watchText: 'Nobody sees or hears you. In the room you can ask to come on stage.',
    obstacle: {
      locked: 'This room is locked. Ask the host to unlock it; this page updates automatically.',
      tokenNeeded: 'This room is by invitation. Open the link you were given.',
      unknownRoom: 'This room does not exist yet. Ask the host for the link, or wait here until it opens.',
      failed: 'The server did not answer.',
    },
    micLevel: 'Microphone level',
    micIsOff: 'Microphone is off',
    micStarting: 'Starting the microphone…',
    cameraIsOff: 'Camera is off',
    cameraStarting: 'Starting the camera…',
    withoutMic: 'You can join and listen.',
    moreOptions: 'More options',
  },
  device: {
    meaning: 'You can still join: others will see your name instead.',
    camera: {
      permissionDenied: 'Camera access is blocked',
      deviceBusy: 'Another app is using the camera',
      noDevice: 'No camera found',
      insecureOrigin: 'Cameras need a secure page',
      notSupported: 'This browser cannot use cameras',
      unknown: 'The camera did not start',
    },
    microphone: {
      permissionDenied: 'Microphone access is blocked.',
      deviceBusy: 'Another app is using the microphone.',
      noDevice: 'No microphone found.',
      insecureOrigin: 'Microphones need a secure page.',
      notSupported: 'This browser cannot use microphones.',
      unknown: 'The microphone did not start.',
    },
    steps: {
      permissionDenied: ['Click the icon to the left of the address bar.', 'Allow the camera and microphone for this page.', 'Try again.'],
      deviceBusy: ['Close other calls and camera apps.', 'Try again.'],
      noDevice: ['Plug in a camera, or open its cover.', 'Try again, or choose another below.'],
      insecureOrigin: ['Open this page at {{secureUrl}}.', 'Accept the certificate if the browser asks.'],
      notSupported: ['Open this page in Chrome, Edge, Firefox or Safari.'],
      unknown: ['Unplug the camera and plug it in again.', 'Try again.'],
    },
  },
  settings: {
    title: 'Audio and video',
    camera: 'Camera',
    microphone: 'Microphone',
    speaker: 'Speaker',
    defaultDevice: 'System default',
    noise: 'Reduce background noise',
    noiseHint: 'Turn off for music.',
  },

  room: {
    stage: 'Stage',
    you: '{{name}} (you)',
    screenOf: '{{name}}’s screen',
    viewers_one: '{{count}} viewer',
    viewers_other: '{{count}} viewers',
    viewersAndPeak_one: '{{count}} viewer, {{peak}} at most',
    viewersAndPeak_other: '{{count}} viewers, {{peak}} at most',
    allowSound: 'Turn sound on',
    emptyTitle: 'Nobody is on stage yet',
    emptyText: 'You will see and hear people as soon as they come on stage.',
    joining: 'Returning to the room…',
  },
  dock: {
    muteMic: 'Mute microphone',
    unmuteMic: 'Unmute microphone',
    startCamera: 'Turn camera on',
    stopCamera: 'Turn camera off',
  },

  notFound: { title: 'There is nothing here', text: 'The address may be mistyped.', action: 'Go to the front page' },
  crash: {
    title: 'This page ran into a problem',
    text: 'The broadcast is not affected. Reload the page; your seat is kept.',
    action: 'Reload',
  },
};

export type Translation = typeof en;
