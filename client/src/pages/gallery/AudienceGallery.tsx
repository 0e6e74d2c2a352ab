import { ERRORS, type AudienceState, type LobbyRoom, type RoomId } from '@lianmai/protocol';
import { useState } from 'react';
import { Watch } from '../../features/watch';
import { getAudienceStore, type AudienceActions, type Attendance } from '../../state';
import { StageNewsLine, StageWay, WatchChat } from '../WatchAudience';
import { fixtureState } from './roomFixtures';

const ROOM = 'morning-show' as RoomId;
const actions = new Proxy({} as AudienceActions, { get: () => () => Promise.resolve() });

function audienceState(query: URLSearchParams): AudienceState {
  return {
    room: { id: ROOM, title: 'Morning show', locked: false, createdAtMs: Date.now() },
    stage: {
      version: 1,
      seats: [],
      hostName: 'Hana Sato',
      hostAwaySinceMs: query.has('away') ? Date.now() : null,
      requestsFrom: query.has('closed') ? 'nobody' : 'everyone',
      waiting: 4,
    },
    program: { state: 'live', liveSinceMs: Date.now(), degraded: null },
    viewers: { total: 1284, peak: 1290, byProtocol: {} },
    attending: 1200,
  };
}

/** Described by the URL: `line=3`, `invited`, `declined`, `away`, `closed`, `reconnecting`, `elsewhere`, `ended=REPLACED`, and a chat as in rooms. */
function attendanceOf(query: URLSearchParams): Partial<Attendance> {
  const untilMs = Date.now() + 55_000;
  const line = Number(query.get('line') ?? 0);
  const code = query.get('ended') as keyof typeof ERRORS | null;
  return {
    phase: code ? 'ended' : query.has('elsewhere') ? 'elsewhere' : query.has('reconnecting') ? 'reconnecting' : 'attending',
    ended: code && { code, message: ERRORS[code].message },
    selfId: fixtureState(query).selfId,
    audience: audienceState(query),
    own: {
      place: 'audience',
      request: line ? { position: line, expiresAtMs: untilMs } : null,
      invitation: query.has('invited') ? { byName: 'Hana Sato', expiresAtMs: untilMs } : null,
    },
    news: query.has('declined') ? { kind: 'refused', outcome: 'declined', reason: 'Next week is about music, come back then' } : null,
    chat: fixtureState(query).chat,
  };
}

const lobby = { exists: true, title: 'Morning show', roles: ['viewer'], hostName: 'Hana Sato', live: null } as unknown as LobbyRoom;

/** The watch page with a made-up audience. There is no broadcast behind it. */
export function AudienceGallery({ query }: { query: URLSearchParams }) {
  const [broadcast] = useState(() => {
    getAudienceStore().setState(attendanceOf(query));
    return { info: null, room: lobby, isUnreachable: false, sources: null, ask: () => Promise.resolve('unreachable' as const) };
  });
  return (
    <Watch
      name={ROOM}
      broadcast={broadcast}
      audience={audienceState(query)}
      stageWay={<StageWay actions={actions} />}
      stageNews={<StageNewsLine actions={actions} />}
      side={<WatchChat actions={actions} />}
      corner={null}
      onTitle={() => undefined}
    />
  );
}
