import type { RtpTrack } from '@lianmai/protocol';
import { nowMs } from '../../runtime/index.js';
import { ReorderBuffer } from './ReorderBuffer.js';
import { ReorderWait } from './ReorderWait.js';
import type { SenderReport } from './rtcp.js';
import type { RtpPacket } from './rtpPacket.js';
import type { RtpSink } from './RtpReceiver.js';
import { TrackClock } from './TrackClock.js';

export interface TrackEvents {
  /** Packets in order. */
  onPacket: (packet: RtpPacket) => void;
  /** Packets before the next one are lost for good. */
  onLoss: () => void;
}

/** One track as it arrives at the port: its clock, and its packets in order. */
export class TrackInput implements RtpSink {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly clock: TrackClock;
  readonly #wait: ReorderWait;
  readonly #buffer: ReorderBuffer;
  #lostPackets = 0;
  #expiry: NodeJS.Timeout | undefined;

  constructor({ ssrc, payloadType, clockRate, rttMs }: RtpTrack, { onPacket, onLoss }: TrackEvents) {
    this.ssrc = ssrc;
    this.payloadType = payloadType;
    this.clock = new TrackClock(clockRate);
    this.#wait = new ReorderWait(rttMs);
    this.#buffer = new ReorderBuffer(this.#wait, {
      onPacket,
      onLoss: (count) => {
        this.#lostPackets += count;
        onLoss();
      },
    });
  }

  /** Packets given up. */
  get lostPackets(): number {
    return this.#lostPackets;
  }

  reorderWaitMs(atMs: number): number {
    return this.#wait.at(atMs);
  }

  setRtt(rttMs: number): void {
    this.#wait.setRtt(rttMs);
  }

  onPacket(packet: RtpPacket, arrivedAtMs: number): void {
    this.clock.arrived(packet.timestamp, arrivedAtMs);
    this.#buffer.push(packet, arrivedAtMs);
    this.#expireLater();
  }

  onSenderReport({ rtpTimestamp, ntpMs }: SenderReport): void {
    this.clock.reported(rtpTimestamp, ntpMs);
  }

  close(): void {
    clearTimeout(this.#expiry);
    this.#expiry = undefined;
  }

  /** The timer runs only while there is a gap. */
  #expireLater(): void {
    const atMs = nowMs();
    const expiryMs = this.#buffer.nextExpiryMs(atMs);
    if (expiryMs === null || this.#expiry) return;
    this.#expiry = setTimeout(
      () => {
        this.#expiry = undefined;
        this.#buffer.expire(nowMs());
        this.#expireLater();
      },
      Math.max(1, expiryMs - atMs),
    );
  }
}
