import {
  ParticipantId,
  ProducerId,
  RoomId,
  type ChatMessage,
  type ParticipantInfo,
  type RoomSnapshot,
  type StageSnapshot,
} from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { addNotice, applyEvent, applySnapshot } from './roomReducers';
import { initialRoomState } from './roomStore';

const person = (name: string, joinedAtMs: number): ParticipantInfo => ({
  id: ParticipantId.parse(name),
  name,
  role: 'guest',
  isHost: false,
  isCoHost: false,
  isModerator: false,
  canLive: false,
  onStage: true,
  isBackstage: false,
  presence: 'connected',
  quality: 'good',
  joinedAtMs,
  producers: [{ id: ProducerId.parse(`${name}-camera`), source: 'camera', paused: false }],
});
const ann = person('ann', 1);
const bob = person('bob', 2);
const stage = (version: number): StageSnapshot => ({
  version,
  settings: { policy: 'open', approvedGoOnAir: false, autoApprove: false, requestsFrom: 'everyone', maxRequests: 50, expiryMs: 0 },
  seats: [{ number: 1, isLocked: false, isMicrophoneLocked: false, occupant: null }],
  host: null,
  hostAwaySinceMs: null,
  coHosts: [],
  backstage: [],
  requests: [],
  invitations: [],
});
const snapshot = (participants: ParticipantInfo[]): RoomSnapshot => ({
  room: { id: RoomId.parse('r'), title: 'r', locked: false, createdAtMs: 1 },
  participants,
  stage: stage(3),
  chat: { messages: [], pinned: null, slowModeMs: 0, linksFromAudience: true, moderation: null },
  program: null,
});
const message = (id: string): ChatMessage => ({ id, participantId: ann.id, name: 'ann', role: 'guest', text: id, atMs: 1 });
const joined = () => applySnapshot(initialRoomState(), { participantId: ann.id, snapshot: snapshot([bob, ann]), clockOffsetMs: 5 });

describe('room state', () => {
  it('takes everything from the snapshot, in the order of joining', () => {
    const state = joined();
    expect(state.phase).toBe('joined');
    expect(state.selfId).toBe(ann.id);
    expect(Object.keys(state.participants)).toEqual(['ann', 'bob']);
  });

  it('replaces what the server said before with a snapshot, and keeps what is ours', () => {
    const before = applyEvent(
      { ...joined(), notices: addNotice([], { kind: 'unmuteAsked', by: bob.id }) },
      'participantJoined',
      person('cat', 3),
    );
    const after = applySnapshot(before, { participantId: ann.id, snapshot: snapshot([ann]), clockOffsetMs: 0 });
    expect(Object.keys(after.participants)).toEqual(['ann']);
    expect(after.notices).toHaveLength(1);
    expect(after.local).toBe(before.local);
  });

  it('does not change when an event is repeated', () => {
    const once = [
      (s: ReturnType<typeof joined>) => applyEvent(s, 'participantJoined', person('cat', 3)),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'participantChanged', { ...bob, role: 'viewer', onStage: false }),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'participantLeft', { participantId: bob.id, reason: 'left' }),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'chatChanged', { type: 'said', message: message('m1') }),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'chatChanged', { type: 'deleted', messageId: 'm1' }),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'chatChanged', { type: 'pinned', message: message('m1') }),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'trackMuted', { source: 'microphone', by: bob.id }),
      (s: ReturnType<typeof joined>) => applyEvent(s, 'stageChanged', stage(4)),
    ];
    for (const apply of once) {
      const first = apply(joined());
      expect(apply(first)).toEqual(first);
    }
  });

  it('keeps the place of a participant who changes', () => {
    const state = applyEvent(joined(), 'participantChanged', { ...ann, name: 'Anna' });
    expect(Object.values(state.participants).map(({ name }) => name)).toEqual(['Anna', 'bob']);
  });

  it('drops the tracks, level and speaker ring of a participant who leaves', () => {
    const speaking = applyEvent(applyEvent(joined(), 'speakersChanged', { levels: { [bob.id]: -20 } }), 'activeSpeakerChanged', {
      participantId: bob.id,
    });
    const state = applyEvent({ ...speaking, remote: { [bob.id]: {} } }, 'participantLeft', { participantId: bob.id, reason: 'lost' });
    expect(state.participants).not.toHaveProperty('bob');
    expect(state.remote).toEqual({});
    expect(state.speakers).toEqual({});
    expect(state.activeSpeaker).toBeNull();
  });

  it('drops an older stage that arrives after a newer one', () => {
    const newer = applyEvent(joined(), 'stageChanged', stage(9));
    expect(applyEvent(newer, 'stageChanged', stage(8)).stage?.version).toBe(9);
  });

  it('ignores the quality of an unknown participant, and shows our own', () => {
    const state = applyEvent(joined(), 'qualityChanged', { participantId: ParticipantId.parse('nobody'), quality: 'lost' });
    expect(Object.keys(state.participants)).toEqual(['ann', 'bob']);
    expect(applyEvent(state, 'qualityChanged', { participantId: ann.id, quality: 'poor' }).selfQuality).toBe('poor');
  });

  it('keeps the newest 500 chat messages', () => {
    let state = joined();
    for (let i = 0; i < 510; i++) state = applyEvent(state, 'chatChanged', { type: 'said', message: message(`m${i}`) });
    expect(state.chat.messages).toHaveLength(500);
    expect(state.chat.messages.at(-1)?.id).toBe('m509');
  });

  it('drops the levels when the program ends', () => {
    const measured = applyEvent(joined(), 'levelsMeasured', { program: { rmsDb: -20, peakDb: -10 }, sources: {} });
    expect(applyEvent(measured, 'programChanged', null).levels).toBeNull();
  });
});
