import { afterEach, expect, it, vi } from 'vitest';
import { Scope } from '@lianmai/kit';
import { bridgeEvents, type StreamStatus } from '@lianmai/protocol';
import { findFfmpeg } from '../../media/ffmpeg/index.js';
import { Gate, openPublishSession } from '../gate/index.js';
import { Renditions } from '../renditions/index.js';
import { StreamHub } from '../stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog } from '../../testing/index.js';
import { Bitrate } from './Bitrate.js';
import { StreamReport } from './index.js';

let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

it('reports tracks, publisher, players and conversions of every stream, and its end', async () => {
  const hub = scope.own(new StreamHub());
  const gate = new Gate({ authorise: () => Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 60_000, srtPassphrase: null }) });
  const renditions = scope.own(new Renditions({ ffmpeg: await findFfmpeg(), log: new MemoryLog().log }));
  const reports: StreamStatus[][] = [];
  const announce = (name: 'streamsMeasured', data: unknown) => void reports.push(bridgeEvents[name].parse(data).streams);
  const report = scope.own(new StreamReport({ hub, gate, renditions, announce, everyMs: 50 }));
  const id = { app: 'live', name: 'camera' };
  const request = { ...id, protocol: 'rtmp', ip: '10.0.0.1', params: {} } as const;
  const publishSession = await openPublishSession({ gate, hub }, request);
  await vi.waitFor(() => expect(reports.at(-1)).toMatchObject([{ ...id, state: 'live', video: null, audio: null, conversions: [] }]));
  const player = await gate.admit({ ...request, action: 'play', protocol: 'flv' });
  const loop = new LoopedBroadcast(await encodeFlv({ seconds: 2, size: '320x180' }), publishSession);
  scope.defer(() => loop.stop());
  await vi.waitFor(() => expect(reports.at(-1)?.[0]?.video?.fps).toBeGreaterThan(29));
  await vi.waitFor(() => expect(reports.at(-1)?.[0]?.bitrateKbps).toBeGreaterThan(200));
  const [status] = report.measure();
  expect(status).toMatchObject({
    publisher: { protocol: 'rtmp', ip: '10.0.0.1', action: 'publish' },
    players: { flv: 1 },
    video: { codec: 'h264', width: 320, height: 180, hasBFrames: false },
    audio: { codec: 'aac', sampleRateHz: 48_000, channels: 2 },
  });
  expect(status?.conversions[0]).toEqual({
    target: 'webrtc',
    video: 'copied',
    audio: 'transcoded',
    why: 'audio is AAC; WebRTC needs Opus',
  });
  loop.stop();
  player.release();
  publishSession.close('lost');
  await vi.waitFor(() => expect(reports.at(-1)).toMatchObject([{ state: 'waiting', publisher: null, players: {} }]));
  hub.close('end');
  await vi.waitFor(() => expect(reports.at(-1)).toEqual([]));
});

it('averages the bitrate over a few seconds', () => {
  const rate = new Bitrate();
  const kbps = Array.from({ length: 10 }, (_, second) => rate.measure(second < 5 ? second * 125_000 : 625_000, second * 1000));
  expect(kbps.slice(0, 5)).toEqual([0, 1000, 1000, 1000, 1000]);
  expect(kbps.at(-1)).toBe(0);
});
