import { ParticipantId } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announceCandidates, announcedAddresses } from './iceCandidates.js';
import { clientCapabilities, tapCapabilities } from './codecs.js';
import { ladderOf, pickLayers, priorityOf } from './layers.js';
import { gradeOf, QualityMeter, type QualitySample } from './quality.js';
import { SPEAKER_HOLD_MS, Speakers } from './speakers.js';

const simulcast = [{ rid: 'r0', scaleResolutionDownBy: 4 }, { rid: 'r1', scaleResolutionDownBy: 2 }, { rid: 'r2' }];

describe('layers by displayed size', () => {
  const ladder = ladderOf([{ scalabilityMode: 'L1T3' }, {}, {}], 'camera');

  it('assumes scales of 4, 2 and 1 from 720, unless the browser states others', () => {
    expect(ladder).toEqual({ heightsPx: [180, 360, 720], temporalLayers: 3 });
    expect(ladderOf([{ scaleResolutionDownBy: 3 }, { scaleResolutionDownBy: 1 }] as never, 'camera', 1080).heightsPx).toEqual([360, 1080]);
    expect(ladderOf(simulcast, 'camera', 540).heightsPx).toEqual([135, 270, 540]);
    expect(ladderOf([{ scalabilityMode: 'L3T2_KEY' }], 'camera')).toEqual({ heightsPx: [180, 360, 720], temporalLayers: 2 });
    expect(ladderOf([], 'camera').heightsPx).toEqual([720]);
  });

  it('picks the smallest layer that fills the tile', () => {
    const spatial = (height: number) => pickLayers(ladder, 'camera', height).spatialLayer;
    expect([90, 180, 195, 200, 360, 400, 720, 1440].map(spatial)).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
  });

  it('never reduces a screen’s resolution; a thumbnail loses frames', () => {
    const screen = ladderOf([{ scalabilityMode: 'L3T3' }], 'screen', 1080);
    expect(pickLayers(screen, 'screen', 720)).toEqual({ spatialLayer: 2, temporalLayer: 2 });
    expect(pickLayers(screen, 'screen', 120)).toEqual({ spatialLayer: 2, temporalLayer: 0 });
    expect(priorityOf('screen', 120)).toBeGreaterThan(priorityOf('camera', 2160));
  });

  it('stays within the values that mediasoup accepts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ scaleResolutionDownBy: fc.anything() }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 8192 }),
        (encodings, height) => {
          const some = ladderOf(encodings as never, 'camera');
          const { spatialLayer, temporalLayer } = pickLayers(some, 'camera', height);
          expect(spatialLayer).toBeGreaterThanOrEqual(0);
          expect(spatialLayer).toBeLessThan(Math.max(1, some.heightsPx.length));
          expect(temporalLayer).toBeGreaterThanOrEqual(0);
          expect(priorityOf('camera', height)).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('connection quality', () => {
  const perfect: QualitySample = { isDisconnected: false, sentScore: 10, receivedScore: 10, rttMs: 20, loss: 0 };

  it('grades the known values', () => {
    expect(gradeOf(perfect)).toBe(10);
    expect(gradeOf({ ...perfect, sentScore: null, receivedScore: null, rttMs: null, loss: null })).toBe(10);
    expect(gradeOf({ ...perfect, sentScore: 0 })).toBe(0);
    expect(gradeOf({ ...perfect, isDisconnected: true })).toBe(0);
    expect(gradeOf({ ...perfect, loss: 0.05 })).toBeLessThan(8);
    expect(gradeOf({ ...perfect, rttMs: 600 })).toBeLessThan(7);
  });

  it('reports total loss and recovery at once, and smooths other changes', () => {
    const meter = new QualityMeter();
    expect(meter.add(10)).toBe(false);
    expect(meter.add(4)).toBe(true);
    expect(meter.quality).toBe('good');
    meter.add(3);
    meter.add(3);
    expect(meter.quality).toBe('poor');
    expect(meter.add(0)).toBe(true);
    expect(meter.quality).toBe('lost');
    expect(meter.add(10)).toBe(true);
    expect(meter.quality).toBe('excellent');
  });

  it('does not flicker between two grades', () => {
    const meter = new QualityMeter();
    const changes = Array.from({ length: 50 }, (_, index) => meter.add(index % 2 ? 8.4 : 8.7)).filter(Boolean);
    expect(changes.length).toBeLessThanOrEqual(1);
  });
});

describe('speakers', () => {
  const [ann, bob] = [ParticipantId.parse('ann'), ParticipantId.parse('bob')];
  const [one, two] = [{}, {}];

  it('keep the active speaker through a gap between words, but no longer', () => {
    const speakers = new Speakers();
    speakers.setDominant(one, ann);
    speakers.setLevels(one, new Map([[ann, -20]]));
    expect(speakers.activeAt(0)).toBe(ann);
    speakers.setLevels(one, new Map());
    expect(speakers.activeAt(SPEAKER_HOLD_MS - 1)).toBe(ann);
    expect(speakers.activeAt(SPEAKER_HOLD_MS + 1)).toBeNull();
  });

  it('change to another router when somebody there is clearly louder', () => {
    const speakers = new Speakers();
    speakers.setLevels(one, new Map([[ann, -20]]));
    expect(speakers.activeAt(0)).toBe(ann);
    speakers.setLevels(two, new Map([[bob, -18]]));
    expect(speakers.activeAt(300)).toBe(ann);
    speakers.setLevels(two, new Map([[bob, -10]]));
    expect(speakers.activeAt(600)).toBe(bob);
    expect([...speakers.levels.keys()]).toEqual([ann, bob]);
    speakers.removeParticipant(bob);
    expect(speakers.activeAt(900)).toBe(ann);
    speakers.removeRouter(one);
    expect(speakers.activeAt(900 + SPEAKER_HOLD_MS + 1)).toBeNull();
  });
});

describe('announcing', () => {
  it('prefers configured addresses, then the interface’s, then the machine’s', () => {
    expect(announcedAddresses('0.0.0.0', ['203.0.113.1', 'media.example.org'])).toEqual(['203.0.113.1', 'media.example.org']);
    expect(announcedAddresses('10.0.0.1', [])).toEqual(['10.0.0.1']);
    expect(announcedAddresses('0.0.0.0', []).at(-1)).toBe('127.0.0.1');
  });

  it('gives each address its own foundation and a lower priority', () => {
    const candidate = {
      foundation: 'udpcandidate',
      priority: 1_076_302_079,
      ip: '1.1.1.1',
      address: '1.1.1.1',
      protocol: 'udp',
      port: 40_000,
      type: 'host',
    } as const;
    const all = announceCandidates([candidate], ['a', 'b']);
    expect(all.map(({ address, foundation }) => [address, foundation])).toEqual([
      ['a', 'udpcandidate'],
      ['b', 'udpcandidate1'],
    ]);
    expect(all[0]?.priority).toBeGreaterThan(all[1]?.priority ?? 0);
  });
});

describe('capabilities', () => {
  it('offer codecs that browsers send and the bridge can show', () => {
    const codecs = (clientCapabilities().codecs ?? []).map(({ mimeType, parameters }) =>
      `${mimeType} ${String(parameters?.['profile-level-id'] ?? '')}`.trim(),
    );
    expect(codecs.filter((name) => !name.endsWith('rtx'))).toEqual([
      'audio/opus',
      'video/VP8',
      'video/H264 42e01f',
      'video/H264 42001f',
      'video/H264 4d001f',
      'video/VP9',
    ]);
  });

  it('leave out feedback, retransmission and extensions for the bridge', () => {
    const { codecs = [], headerExtensions } = tapCapabilities();
    expect(headerExtensions).toEqual([]);
    expect(codecs.every(({ mimeType, rtcpFeedback }) => !mimeType.endsWith('rtx') && rtcpFeedback?.length === 0)).toBe(true);
  });
});
