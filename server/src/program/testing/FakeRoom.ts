import { EventEmitter } from 'node:events';
import { Identity, ParticipantId, ProducerId, RoomId, RtpTrack, SourceId } from '@lianmai/protocol';
import type { RoomMedia, RoomMediaEvents, Tap, TapEvents } from '../../sfu/index.js';
import type { PersonOnAir, ProgramRoom, ProgramStarter, StageSource, StreamOnAir } from '../contract.js';
import type { KeptChatRules, KeptMessage } from '../intents/index.js';

/** For tests: starts a program as the API does. */
export const BY_API: ProgramStarter = { liveAsStream: true, isAnonymous: false, network: null };

/** For tests: a tap without media. */
export class FakeTap extends EventEmitter<TapEvents> implements Tap {
  readonly producerId: ProducerId;
  readonly track: RtpTrack;
  readonly log: string[] = [];
  size: { width: number; height: number } | null = null;
  isClosed = false;

  constructor(producerId: ProducerId, sourceId: SourceId, index: number) {
    super();
    this.producerId = producerId;
    const kind = producerId.includes('audio') ? 'audio' : 'video';
    const codec = kind === 'audio' ? 'opus' : 'VP8';
    const clockRate = kind === 'audio' ? 48_000 : 90_000;
    this.track = RtpTrack.parse({
      sourceId,
      trackId: `track-${index}`,
      kind,
      codec,
      ssrc: index,
      payloadType: 100,
      clockRate,
      rttMs: null,
    });
  }

  resume(): Promise<void> {
    this.log.push('resume');
    return Promise.resolve();
  }

  followBestLayer(): void {
    this.log.push('followBestLayer');
  }

  requestKeyFrame(): Promise<void> {
    this.log.push('keyFrame');
    return Promise.resolve();
  }

  setSize(size: { width: number; height: number } | null): Promise<void> {
    this.size = size && { width: size.width, height: size.height };
    return Promise.resolve();
  }

  close(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit('closed', reason);
  }
}

/** Opens fake taps and remembers them. */
export class FakeMedia extends EventEmitter<RoomMediaEvents> implements RoomMedia {
  readonly rtpCapabilities = {};
  readonly taps: FakeTap[] = [];

  addPeer(): never {
    throw new Error('not part of this fake');
  }

  addInput(): never {
    throw new Error('not part of this fake');
  }

  tap(producerId: ProducerId, { sourceId }: { sourceId: SourceId }): Promise<Tap> {
    const tap = new FakeTap(producerId, sourceId, this.taps.length + 1);
    this.taps.push(tap);
    return Promise.resolve(tap);
  }

  async close(): Promise<void> {}

  get open(): FakeTap[] {
    return this.taps.filter(({ isClosed }) => !isClosed);
  }

  tapOf(producerId: string): FakeTap {
    const tap = this.taps.find((one) => one.producerId === producerId);
    if (!tap) throw new Error(`no tap of ${producerId}`);
    return tap;
  }
}

/** A room whose stage holds whatever the test shows. */
export class FakeRoom extends EventEmitter<{ stageSourcesChanged: [] }> implements ProgramRoom {
  readonly id: RoomId;
  readonly media = new FakeMedia();
  sources: StageSource[] = [];

  constructor(name = 'studio') {
    super();
    this.id = RoomId.parse(name);
  }

  stageSources(): StageSource[] {
    return this.sources;
  }

  viewers(): number {
    return 2;
  }

  /** Everybody's identity is their name. */
  peopleOnAir(): PersonOnAir[] {
    return this.sources.map(({ id, name }, index) => ({
      identity: Identity.parse(name),
      participantId: ParticipantId.parse(id.split(':')[0]),
      seat: index + 1,
    }));
  }

  streamsOnAir(): StreamOnAir[] {
    return [];
  }

  latestChat(): KeptMessage[] {
    return [];
  }

  readonly chatRules: KeptChatRules = { slowModeMs: 0, linksFromAudience: true, pinned: null, blockWords: [], mutes: [] };

  show(...sources: StageSource[]): void {
    this.sources = sources;
    this.emit('stageSourcesChanged');
  }
}

/** Makes a source called `name` with producers called `{name}-{kind}-{take}`. */
export function camera(name: string, take = 1, change: Partial<StageSource> = {}): StageSource {
  const producer = (kind: string) => ProducerId.parse(`${name}-${kind}-${take}`);
  const id = SourceId.parse(`${name}:camera`);
  return {
    id,
    kind: 'camera',
    name,
    hasVideo: true,
    hasAudio: true,
    videoProducer: producer('video'),
    audioProducer: producer('audio'),
    ...change,
  };
}
