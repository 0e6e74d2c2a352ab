import { describe, expect, it, vi } from 'vitest';
import { SourceId, type RtpTrack } from '@lianmai/protocol';
import type { RtpPacket } from '../../../media/rtp/index.js';
import { OpusTrack } from './OpusTrack.js';

const DESCRIPTION: RtpTrack = {
  ...{ trackId: 'a1', sourceId: SourceId.parse('p1:camera'), kind: 'audio', codec: 'opus' },
  ...{ ssrc: 1, payloadType: 111, clockRate: 48_000, rttMs: 20, channels: 2 },
};
const PACKET_MS = 20;
const STARTED_AT_MS = 1000;
/** 20 ms of CELT in stereo (RFC 6716 3.1), without data: the decoder makes 960 samples of it. */
const PAYLOAD = Uint8Array.of(0xfc);

/** A track whose decoder is ready, and the next packets of its stream. */
async function createTrack() {
  const onReady = vi.fn();
  const track = new OpusTrack(DESCRIPTION, { onReady, onError: (error) => expect.unreachable(String(error)) });
  let sequence = 0;
  const receive = (payload = PAYLOAD) => {
    const timestamp = (STARTED_AT_MS + PACKET_MS * sequence) * 48;
    const packet: RtpPacket = { ssrc: 1, payloadType: 111, hasMarker: false, sequence: sequence++, timestamp, payload };
    track.input.onPacket(packet, performance.now());
  };
  await vi.waitFor(() => {
    receive();
    expect(track.isPlayedOut(STARTED_AT_MS, 0)).toBe(false);
  });
  return { track, receive, onReady, endMs: () => STARTED_AT_MS + PACKET_MS * sequence };
}

describe('OpusTrack', () => {
  it('reports each packet when it arrives, and decodes it before it is asked for samples', async () => {
    const { track, receive, onReady, endMs } = await createTrack();
    onReady.mockClear();
    for (let count = 0; count < 3; count++) receive();
    expect(onReady.mock.calls.map(([mediaMs]: number[]) => mediaMs)).toEqual([3, 2, 1].map((back) => endMs() - back * PACKET_MS));
    expect(track.isPlayedOut(endMs() - 1, 0)).toBe(false);
    expect(track.isPlayedOut(endMs() + 1, 0)).toBe(true);
    track.close();
  });

  it('still plays what it had received when it was closed', async () => {
    const { track, receive, endMs } = await createTrack();
    for (let count = 0; count < 3; count++) receive();
    track.close();
    expect(track.isPlayedOut(endMs() - 1, 0)).toBe(false);
    expect(track.isPlayedOut(endMs() + 1, 0)).toBe(true);
  });

  it('leaves unusable packets out', async () => {
    const { track, receive, onReady, endMs } = await createTrack();
    const beforeMs = endMs();
    onReady.mockClear();
    receive(Uint8Array.of());
    expect(onReady).not.toHaveBeenCalled();
    expect(track.isPlayedOut(beforeMs + 1, 0)).toBe(true);
    track.close();
  });
});
