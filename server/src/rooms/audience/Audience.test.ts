import type { AudienceState, ChatBatch } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { claims, FakeChannel } from '../testing/index.js';
import { codeOf, openTestRoom, type TestRoom } from '../testing/openTestRoom.js';

let room: TestRoom['room'];
let join: TestRoom['join'];
let groups: TestRoom['groups'];
beforeEach(async () => {
  vi.useFakeTimers();
  ({ room, join, groups } = await openTestRoom());
});
afterEach(() => vi.useRealTimers());

function attend(name: string, channel = new FakeChannel()) {
  const attendee = room.attend({ claims: claims(name, 'viewer'), channel });
  return { attendee, channel, snapshot: room.audience.snapshotFor(attendee) };
}
const states = () => groups.filter(({ name }) => name === 'audienceChanged').map(({ data }) => data as AudienceState);
const batches = () => groups.filter(({ name }) => name === 'chatBatch').map(({ data }) => data as z.infer<typeof ChatBatch>);
const own = (channel: FakeChannel) => channel.all('ownStageChanged');

describe('the audience', () => {
  it('[AUD-02] is no participant and hears of nobody in particular', async () => {
    const host = await join('host', 'host');
    const { channel, snapshot } = attend('anna');
    await join('bo', 'guest');
    expect(room.participants.size).toBe(2);
    expect(host.channel.all('participantJoined').map(({ name }) => name)).toEqual(['bo']);
    expect(channel.events.map(({ name }) => name)).toEqual([]);
    expect(snapshot).toMatchObject({ attending: 1, own: { place: 'audience' }, stage: { hostName: 'host', waiting: 0 } });
    expect(snapshot.stage.seats.map(({ name }) => name).slice(0, 2)).toEqual(['host', null]);
  });

  it('[AUD-03] is told of the stage once a second at most, and all at once', async () => {
    await join('host', 'host');
    attend('anna');
    await vi.advanceTimersByTimeAsync(0);
    const before = states().length;
    for (const name of ['bo', 'chen', 'dee']) await join(name, 'guest');
    await vi.advanceTimersByTimeAsync(1000);
    expect(states().slice(before)).toHaveLength(1);
    expect(
      states()
        .at(-1)
        ?.stage.seats.map(({ name }) => name)
        .slice(0, 4),
    ).toEqual(['host', 'bo', 'chen', 'dee']);
    await vi.advanceTimersByTimeAsync(5000);
    expect(states().slice(before)).toHaveLength(1);
  });

  it('[AUD-04] reads and writes the chat, in batches', async () => {
    const host = await join('host', 'host');
    const { attendee } = attend('anna');
    room.chat.say(attendee, { text: 'hello', nonce: '1' });
    room.chat.say(host.participant, { text: 'welcome', nonce: '2' });
    expect(host.channel.all('chatChanged')).toHaveLength(2);
    expect(batches()).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(batches()).toMatchObject([{ changes: [{ message: { name: 'anna', text: 'hello' } }, { message: { text: 'welcome' } }] }]);
  });

  it('[AUD-05] keeps moderators’ knowledge to moderators', async () => {
    const host = await join('host', 'host');
    const { attendee } = attend('anna');
    room.chat.mute(host.participant, { participantId: attendee.id, forMs: 60_000 });
    expect(codeOf(() => room.chat.say(attendee, { text: 'hello', nonce: '1' }))).toBe('CHAT_MUTED');
    expect(host.channel.last('chatChanged')).toMatchObject({ type: 'moderated', mutes: [{ name: 'anna' }] });
    await vi.advanceTimersByTimeAsync(100);
    expect(JSON.stringify(batches())).not.toContain('moderated');
  });

  it('[AUD-06] is full at some point, but not for those who come back', async () => {
    ({ room, join, groups } = await openTestRoom({ maxAudience: 1 }));
    const { attendee, channel } = attend('anna');
    expect(codeOf(() => attend('bo'))).toBe('ROOM_FULL');
    const again = attend('anna');
    expect(again.attendee).toBe(attendee);
    expect(channel.disconnected?.code).toBe('REPLACED');
    expect([...again.channel.groups]).toHaveLength(1);
  });

  it('[AUD-07] is listed by name, page by page', () => {
    for (const name of ['Dee', 'anna', 'Annabel', 'bo']) attend(name);
    const first = room.audience.list({ search: 'ANN', limit: 1 });
    expect([first.people.map(({ name }) => name), first.total]).toEqual([['Annabel'], 2]);
    const second = room.audience.list({ search: 'ann', limit: 1, after: first.next ?? undefined });
    expect([second.people.map(({ name }) => name), second.next]).toEqual([['anna'], null]);
  });

  it('[AUD-08] is told why the room closes', async () => {
    const { channel } = attend('anna');
    await room.close('over');
    expect(channel.disconnected?.code).toBe('REMOVED');
    expect(room.audience.size).toBe(0);
  });
});

describe('from the audience to the stage', () => {
  it('[AUD-10] people ask, learn of their place in the queue, are let in, and join under the same id', async () => {
    await join('host', 'host');
    const [anna, bo] = [attend('anna'), attend('bo')];
    room.stage.request(anna.attendee, { message: 'hi' });
    room.stage.request(bo.attendee);
    await vi.advanceTimersByTimeAsync(1000);
    expect(own(bo.channel).at(-1)?.request?.position).toBe(2);
    room.stage.about({ type: 'approve', who: anna.attendee.id });
    expect(own(anna.channel).at(-1)).toMatchObject({ place: 'backstage', request: null });
    await vi.advanceTimersByTimeAsync(1000);
    expect(own(bo.channel).at(-1)?.request?.position).toBe(1);
    const joined = await join('anna', 'viewer');
    expect(joined.participant.id).toBe(anna.attendee.id);
    expect(joined.participant.info()).toMatchObject({ isBackstage: true, onStage: false });
    expect(room.audience.size).toBe(1);
    room.stage.about({ type: 'bringOnAir', who: anna.attendee.id });
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host', 'anna']);
  });

  it('[AUD-11] nobody is in the program before they have joined', async () => {
    await join('host', 'host');
    const { attendee } = attend('anna');
    room.stage.run({ type: 'set', approvedGoOnAir: true });
    room.stage.request(attendee);
    room.stage.about({ type: 'approve', who: attendee.id });
    expect(room.stage.placeOf(attendee.id)).toBe('stage');
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host']);
    const joined = await join('anna', 'viewer');
    expect(joined.participant.onStage).toBe(true);
    expect(room.stageSources().map(({ name }) => name)).toEqual(['host', 'anna']);
  });

  it('[AUD-12] a page that does not join within the grace gives its place up, and stays in the audience', async () => {
    await join('host', 'host');
    const { attendee, channel } = attend('anna');
    room.stage.request(attendee);
    room.stage.about({ type: 'approve', who: attendee.id });
    await vi.advanceTimersByTimeAsync(31_000);
    expect(room.stage.placeOf(attendee.id)).toBe('audience');
    expect(own(channel).at(-1)?.place).toBe('audience');
    expect(room.audience.size).toBe(1);
  });

  it('[AUD-13] a lost connection keeps a request for the grace, and nothing else', async () => {
    await join('host', 'host');
    const [anna, bo] = [attend('anna'), attend('bo')];
    room.stage.request(anna.attendee);
    room.audience.lose(anna.attendee, anna.channel);
    room.audience.lose(bo.attendee, bo.channel);
    expect([room.audience.size, room.audience.attending]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(attend('anna').snapshot.own.request?.position).toBe(1);
    room.audience.lose(anna.attendee, anna.channel);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(room.audience.size).toBe(1);
  });

  it('[AUD-13] who is let in while their connection is lost is forgotten after the grace', async () => {
    await join('host', 'host');
    const { attendee, channel } = attend('anna');
    room.stage.request(attendee);
    room.audience.lose(attendee, channel);
    room.stage.about({ type: 'approve', who: attendee.id });
    await vi.advanceTimersByTimeAsync(31_000);
    expect([room.stage.placeOf(attendee.id), room.audience.size]).toEqual(['audience', 0]);
  });

  it('[AUD-12] coming back without joining keeps a place no longer than the grace', async () => {
    await join('host', 'host');
    const { attendee } = attend('anna');
    room.stage.request(attendee);
    room.stage.about({ type: 'approve', who: attendee.id });
    attend('anna');
    await vi.advanceTimersByTimeAsync(31_000);
    expect([room.stage.placeOf(attendee.id), room.audience.size]).toEqual(['audience', 1]);
  });

  it('[AUD-14] who comes down may attend again with the same id', async () => {
    const host = await join('host', 'host');
    const { participant } = await join('anna', 'guest');
    room.moderation.takeDown(host.participant, participant.id);
    const { attendee } = attend('anna');
    expect(attendee.id).toBe(participant.id);
    expect(room.participants.find(participant.id)).toBeUndefined();
    expect(host.channel.last('participantLeft')).toEqual({ participantId: participant.id, reason: 'left' });
  });

  it('[AUD-15] moderators invite from the list; an invitation is accepted or expires', async () => {
    const host = await join('host', 'host');
    const { attendee, channel } = attend('anna');
    room.stage.invite(attendee.id, host.participant.id);
    await vi.advanceTimersByTimeAsync(1000);
    expect(own(channel).at(-1)?.invitation).toMatchObject({ byName: 'host' });
    await vi.advanceTimersByTimeAsync(61_000);
    expect(channel.all('stageInvitationExpired')).toEqual([{}]);
    expect(own(channel).at(-1)?.invitation).toBeNull();
  });

  it('[AUD-16] removed people may not attend', async () => {
    const host = await join('host', 'host');
    const { participant } = await join('anna', 'guest');
    room.moderation.remove(host.participant, participant.id);
    expect(codeOf(() => attend('anna'))).toBe('REMOVED');
  });
});
