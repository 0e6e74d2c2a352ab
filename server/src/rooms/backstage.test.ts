import { ConsumerId, ProducerId, toLianmaiError } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Person } from './Person.js';
import type { FakeChannel, FakePeer } from './testing/index.js';
import { codeOf, openTestRoom, transportId, type TestRoom } from './testing/openTestRoom.js';

let room: TestRoom['room'];
let media: TestRoom['media'];
let join: TestRoom['join'];
let produce: TestRoom['produce'];
beforeEach(async () => {
  vi.useFakeTimers();
  ({ room, media, join, produce } = await openTestRoom());
});
afterEach(() => vi.useRealTimers());

describe('backstage', () => {
  async function waiting() {
    const [host, viewer, waiting] = [await join('host', 'host'), await join('v', 'viewer'), await join('w', 'viewer')];
    const { participant } = waiting;
    room.stage.request(participant);
    room.stage.about({ type: 'approve', who: participant.id });
    const camera = await produce(participant, 'camera');
    return { host, viewer, waiting, participant, camera };
  }
  const knows = ({ channel }: { channel: FakeChannel }) => channel.last('participantChanged')?.producers.length;
  const consumed = (owner: Person, by: Person) => {
    const peer = media.peers.get(by.id) as FakePeer;
    const consumerId = ConsumerId.parse(`of-${owner.id}`);
    const closed: string[] = [];
    peer.consume = () => Promise.resolve({ consumerId, participantId: owner.id }) as never;
    peer.closeConsumer = ((id: string) => closed.push(id)) as never;
    const request = { transportId, producerId: ProducerId.parse('p'), rtpCapabilities: {} };
    return room.consume(by, request).then(
      () => 'sent',
      (error: unknown) => `${toLianmaiError(error).code}, ${closed.length} closed`,
    );
  };

  it('[ROOM-80] is in no program and counts as no speaker', async () => {
    const { host, viewer, participant } = await waiting();
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host']);
    media.emit('activeSpeakerChanged', participant.id);
    media.emit('speakersChanged', new Map([[participant.id, -20]]));
    expect(host.channel.last('activeSpeakerChanged')).toEqual({ participantId: null });
    expect(host.channel.last('speakersChanged')).toEqual({ levels: { [participant.id]: -20 } });
    expect(viewer.channel.last('speakersChanged')).toEqual({ levels: {} });
    room.stage.about({ type: 'bringOnAir', who: participant.id });
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host', 'w']);
  });

  it('[ROOM-81] is seen and heard by moderators alone: nobody else learns of the tracks or gets them', async () => {
    const { host, viewer, waiting: self, participant } = await waiting();
    expect([knows(host), knows(viewer), knows(self)]).toEqual([1, 0, 1]);
    const late = await join('late', 'viewer');
    const known = room.snapshotFor(late.participant).participants.find(({ id }) => id === participant.id);
    expect(known).toMatchObject({ isBackstage: true, producers: [] });
    expect(await consumed(participant, host.participant)).toBe('sent');
    expect(await consumed(participant, viewer.participant)).toBe('FORBIDDEN, 1 closed');
    expect(await consumed(host.participant, participant)).toBe('sent');
  });

  it('[ROOM-82] keeps the tracks on the way to the stage and back, and stops sending them to the audience', async () => {
    const { host, viewer, participant, camera } = await waiting();
    room.stage.about({ type: 'bringOnAir', who: participant.id });
    expect(knows(viewer)).toBe(1);
    expect(await consumed(participant, viewer.participant)).toBe('sent');
    const before = media.peers.get(viewer.participant.id)?.closedConsumersOf.length ?? 0;
    room.moderation.sendBackstage(host.participant, participant.id);
    await vi.advanceTimersByTimeAsync(0);
    expect([knows(host), knows(viewer)]).toEqual([1, 0]);
    expect(participant.info().producers.map(({ id }) => id)).toEqual([camera]);
    const told = [host, viewer].map((one) => media.peers.get(one.participant.id)?.closedConsumersOf.slice(before));
    expect(told).toEqual([[], [participant.id]]);
  });

  it('[ROOM-83] is kept for somebody who comes back, a host too', async () => {
    const { host } = await waiting();
    room.moderation.sendBackstage(host.participant, host.participant.id);
    room.lose(host.participant, host.channel);
    const again = await join('host', 'host');
    expect(again.participant.info()).toMatchObject({ onStage: false, isBackstage: true });
  });

  it('[ROOM-84] is no place to which a moderator sends a host', async () => {
    const host = await join('host', 'host');
    const moderator = await join('m', 'guest', { grants: { moderate: true } });
    expect(codeOf(() => room.moderation.sendBackstage(moderator.participant, host.participant.id))).toBe('FORBIDDEN');
  });
});
