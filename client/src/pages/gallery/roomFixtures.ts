import {
  defaultScene,
  resolveProfile,
  type ChatMessage,
  type ChatSnapshot,
  type ErrorCode,
  type ProgramInfo,
  type OutputInfo,
  type ParticipantInfo,
  type RoomId,
  type StageRequest,
} from '@lianmai/protocol';
import { initialRoomState, type LocalTrackState, type RoomState } from '../../state';
import { idOf, person, pictureTrack, soundTrack, sourceOf } from './fakePeople';

const now = Date.now();
const flag = (query: URLSearchParams, name: string) => query.has(name);

const output = (id: string, patch: Partial<OutputInfo>): OutputInfo => ({
  id: id as OutputInfo['id'],
  kind: 'rtmp',
  url: 'rtmp://live.example.org/app/****',
  state: 'live',
  reason: null,
  retries: 0,
  nextRetryAtMs: null,
  liveSinceMs: now - 754_000,
  bytesSent: 241_000_000,
  bitrateKbps: 2630,
  ...patch,
});

function programInfo(query: URLSearchParams, people: number): ProgramInfo {
  return {
    programId: 'g' as ProgramInfo['programId'],
    room: 'morning-show' as RoomId,
    state: 'live',
    reason: null,
    startedAtMs: now - 755_000,
    liveSinceMs: now - 754_000,
    profile: resolveProfile({ name: '720p', orientation: flag(query, 'portrait') ? 'portrait' : 'landscape' }),
    scene: { ...defaultScene(), ...(flag(query, 'hidden') && { hidden: [sourceOf(1)] }) },
    sceneVersion: 3,
    mix: people > 1 ? { [sourceOf(1)]: { gainDb: -6, muted: true } } : {},
    outputs: [
      output('a', {}),
      output('b', {
        url: 'rtmps://a.rtmps.video.example.com:443/live2/****',
        state: 'retrying',
        reason: { code: 'DESTINATION_STALLED', message: '' },
        retries: 3,
        nextRetryAtMs: now + 9000,
        liveSinceMs: null,
      }),
      output('c', {
        url: 'rtmp://push.example.cn/live/****',
        state: 'failed',
        reason: { code: 'DESTINATION_REFUSED', message: '' },
        liveSinceMs: null,
      }),
    ],
    hlsPath: '/live/morning-show.m3u8',
    viewers: { total: 1284, peak: 1502, byProtocol: { hls: 1281, room: 3 } },
    degraded: null,
    stats: {
      fps: 29.97,
      lateFrames: 2,
      droppedFrames: 0,
      bitrateKbps: 2655,
      cpu: { decoders: 0.22, compositor: 0.18, encoder: 0.71 },
      rssMb: 310,
      encoderRestarts: 0,
      decoderRestarts: 0,
      delayMs: {},
    },
  };
}

const LINES = [
  'Good morning!',
  '大家早上好 👋',
  'Is the sound fine?',
  '声音很清楚',
  'صباح الخير',
  'Slides: https://example.org/slides?week=47.',
  'A very long message '.repeat(12),
];

function messagesOf(query: URLSearchParams, people: ParticipantInfo[]): ChatMessage[] {
  const count = flag(query, 'flood') ? 300 : flag(query, 'chat') ? 9 : 0;
  return Array.from({ length: count }, (_, index) => {
    const author = people[Math.floor(index / 2) % people.length];
    return {
      id: `c${index}`,
      participantId: author?.id ?? idOf(0),
      name: author?.name ?? '',
      role: author?.role ?? 'viewer',
      text: LINES[index % LINES.length] ?? '',
      atMs: now - (count - index) * 30_000,
    };
  });
}

function chatOf(query: URLSearchParams, people: ParticipantInfo[]): ChatSnapshot {
  const messages = messagesOf(query, people);
  const muted = people.at(-1);
  const mutes = muted ? [{ participantId: muted.id, name: muted.name, untilMs: now + 600_000 }] : [];
  const isModerator = query.get('as') === 'host';
  return {
    messages,
    pinned: flag(query, 'pinned') ? (messages[5] ?? null) : null,
    slowModeMs: Number(query.get('slow') ?? 0) * 1000,
    linksFromAudience: !flag(query, 'nolinks'),
    moderation: isModerator
      ? { blockWords: flag(query, 'words') ? ['casino', '代开发票'] : [], mutes: flag(query, 'chatmuted') ? mutes : [] }
      : null,
  };
}

const local = (track: MediaStreamTrack | null): LocalTrackState => ({ state: track ? 'on' : 'off', problem: null, track });

/** Viewers who have asked. Our own page is the first viewer: with `last`, it waits behind the others. */
function requestsOf(query: URLSearchParams, viewers: ParticipantInfo[]): StageRequest[] {
  const asked = viewers.slice(0, Number(query.get('requests') ?? 0));
  const ordered = flag(query, 'last') ? [...asked.slice(1), ...asked.slice(0, 1)] : asked;
  return ordered.map((one, index) => ({
    participantId: one.id,
    name: one.name,
    message: index % 2 === 0 ? 'I have a question about the sound, if there is time' : '',
    seat: index % 3 === 1 ? null : 8 - index,
    soundOnly: index > 0,
    atMs: now - 70_000 + index * 20_000,
    expiresAtMs: now + 42_000 + index * 20_000,
  }));
}

/**
 * Builds a room's state from the URL: `?people=4&viewers=3&as=host&live&share&off=1,2&poor=1&away=2&requests=2&backstage=1&chat…`; seats:
 * `seats=9&locked-seats=6&locked-mics=1,3&cohosts=2&host-away&last`.
 */
export function fixtureState(query: URLSearchParams): RoomState {
  const count = Number(query.get('people') ?? 2);
  const viewerCount = Number(query.get('viewers') ?? 0);
  const as = query.get('as') ?? 'guest';
  const list = (name: string) => new Set((query.get(name) ?? '').split(',').filter(Boolean).map(Number));
  const [off, muted, poor, away, streams] = [list('off'), list('muted'), list('poor'), list('away'), list('streams')];
  const [lockedSeats, lockedMics, coHosts] = [list('locked-seats'), list('locked-mics'), list('cohosts')];
  const hostId = idOf(as === 'host' ? 0 : 1);
  const shares = flag(query, 'share') ? Number(query.get('share') || 1) : -1;
  const onStage = Array.from({ length: count }, (_, index) =>
    person(index, {
      role: index === (as === 'host' ? 0 : 1) ? 'host' : 'guest',
      isCameraOff: off.has(index),
      isMuted: muted.has(index),
      isCoHost: coHosts.has(index),
      isModerator: index === 0 && as === 'moderator',
      isSharing: shares === index,
      isAway: away.has(index),
      isStream: streams.has(index),
      quality: poor.has(index) ? 'poor' : 'excellent',
    }),
  );
  const backstageCount = Number(query.get('backstage') ?? 0);
  const viewers = Array.from({ length: viewerCount }, (_, index) =>
    person(9 + index, { role: 'viewer', isBackstage: index < backstageCount }),
  );
  const backstage = viewers.slice(0, backstageCount);
  const selfId = as === 'viewer' ? idOf(9) : idOf(0);
  const all = [...onStage, ...viewers];
  const requests = requestsOf(query, viewers.slice(backstageCount));
  const remote: RoomState['remote'] = {};
  onStage.forEach((one, index) => {
    remote[one.id] = { camera: pictureTrack(index, 'camera'), ...(shares === index && { screen: pictureTrack(index, 'screen') }) };
  });
  backstage.forEach((one, index) => {
    remote[one.id] = { camera: pictureTrack(9 + index, 'camera') };
  });
  const ended = query.get('ended');
  return {
    ...initialRoomState(),
    phase: ended !== null ? 'left' : flag(query, 'reconnecting') ? 'reconnecting' : 'joined',
    ended: ended ? { code: ended as ErrorCode, message: '' } : null,
    reconnectingSinceMs: flag(query, 'reconnecting') ? now - 8000 : null,
    isMediaBlocked: flag(query, 'blocked'),
    isMediaInterrupted: flag(query, 'interrupted'),
    isSoundBlocked: flag(query, 'nosound'),
    selfId,
    room: { id: 'morning-show' as RoomId, title: query.get('title') ?? 'morning-show', locked: flag(query, 'locked'), createdAtMs: now },
    participants: Object.fromEntries(all.map((one) => [one.id, one])),
    stage: {
      version: 1,
      settings: {
        policy: 'request',
        approvedGoOnAir: false,
        autoApprove: false,
        requestsFrom: 'everyone',
        maxRequests: 50,
        expiryMs: 60_000,
      },
      seats: Array.from({ length: Number(query.get('seats') ?? 9) }, (_, index) => {
        const one = onStage[index];
        const occupant = one ? { participantId: one.id, sinceMs: one.joinedAtMs } : null;
        const number = index + 1;
        return { number, isLocked: lockedSeats.has(number), isMicrophoneLocked: lockedMics.has(number), occupant };
      }),
      host: hostId,
      hostAwaySinceMs: flag(query, 'host-away') ? now - 12_000 : null,
      coHosts: [...coHosts].map(idOf),
      backstage: backstage.map((one) => ({ participantId: one.id, sinceMs: one.joinedAtMs, seat: null, soundOnly: false })),
      requests,
      invitations: flag(query, 'invited') ? [{ participantId: selfId, by: idOf(1), seat: null, atMs: now, expiresAtMs: null }] : [],
    },
    chat: chatOf(query, all),
    program: flag(query, 'live') ? programInfo(query, count) : null,
    levels: flag(query, 'live')
      ? {
          program: { rmsDb: -18, peakDb: -6 },
          sources: Object.fromEntries(onStage.map((_, index) => [sourceOf(index), { rmsDb: -20 - index * 6, peakDb: -9 - index * 4 }])),
        }
      : null,
    activeSpeaker: count > 1 ? idOf(1) : null,
    selfQuality: 'good',
    remote,
    local: {
      ...initialRoomState().local,
      camera: local(as === 'viewer' || off.has(0) ? null : pictureTrack(0, 'camera')),
      microphone: local(as === 'viewer' || muted.has(0) ? null : soundTrack()),
      screen: local(shares === 0 ? pictureTrack(0, 'screen') : null),
    },
    notices: flag(query, 'notices')
      ? [
          { id: 1, kind: 'mutedByHost', source: 'microphone', by: idOf(1) },
          { id: 2, kind: 'stageRequestRefused', outcome: 'declined', reason: '' },
        ]
      : flag(query, 'asked')
        ? [{ id: 3, kind: 'unmuteAsked', by: idOf(1) }]
        : [],
  };
}

/** `?live-streams=3` */
export const fixtureStreams = (query: URLSearchParams) =>
  [
    { app: 'live', name: 'main-camera', title: 'Main camera 主机位' },
    { app: 'live', name: 'drone', title: 'drone' },
    {
      app: 'studio',
      name: 'a-name-that-is-rather-long-for-a-stream-of-anybody',
      title: 'A title that is rather long for one line of a dialog on a phone',
    },
  ].slice(0, Number(query.get('live-streams') ?? 0));
