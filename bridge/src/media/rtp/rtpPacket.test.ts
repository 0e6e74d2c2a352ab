import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datagramOf, packetOf, senderReportOf } from './testing/packets.js';
import { isRtcp, parseSenderReports } from './rtcp.js';
import { parseRtp } from './rtpPacket.js';

const bytes = (max: number) => fc.uint8Array({ maxLength: max });

describe('parseRtp', () => {
  it('reads what was written, whatever lies between header and payload', () => {
    const fields = fc.record({
      payloadType: fc.integer({ min: 0, max: 127 }),
      hasMarker: fc.boolean(),
      sequence: fc.integer({ min: 0, max: 65_535 }),
      timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      ssrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      payload: fc.uint8Array({ maxLength: 50 }),
    });
    const extras = fc.record({
      csrcs: fc.integer({ min: 0, max: 15 }),
      extensionWords: fc.option(fc.integer({ min: 0, max: 9 })),
      padding: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fields, extras, (packet, { csrcs, extensionWords, padding }) => {
        const plain = datagramOf(packet);
        const extension = extensionWords === null ? Buffer.alloc(0) : Buffer.alloc(4 + 4 * extensionWords);
        if (extensionWords !== null) extension.writeUInt16BE(extensionWords, 2);
        const tail = Buffer.alloc(padding, padding);
        const datagram = Buffer.concat([plain.subarray(0, 12), Buffer.alloc(4 * csrcs), extension, plain.subarray(12), tail]);
        datagram[0] = 0x80 | csrcs | (extensionWords === null ? 0 : 0x10) | (padding > 0 ? 0x20 : 0);
        const parsed = parseRtp(datagram);
        expect(parsed && { ...parsed, payload: Uint8Array.from(parsed.payload) }).toEqual(packet);
      }),
    );
  });

  it('accepts any bytes without throwing', () => {
    fc.assert(fc.property(bytes(80), (datagram) => void parseRtp(datagram)));
  });

  it('rejects packets that are too short, of another version, or padded beyond their size', () => {
    expect(parseRtp(new Uint8Array(11))).toBeNull();
    expect(parseRtp(new Uint8Array(20))).toBeNull();
    const padded = datagramOf(packetOf({ payload: Uint8Array.of(200) }));
    padded[0] = 0xa0;
    expect(parseRtp(padded)).toBeNull();
  });
});

describe('parseSenderReports', () => {
  it('finds the reports in a compound packet', () => {
    const sdes = Buffer.from([0x81, 202, 0, 1, 0, 0, 0, 7]);
    const compound = Buffer.concat([senderReportOf(7, 4_004_324_848_343, 2_037_625_768), sdes, senderReportOf(8, 1500.5, 9)]);
    const [first, second, ...rest] = parseSenderReports(compound);
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ ssrc: 7, rtpTimestamp: 2_037_625_768 });
    expect(first?.ntpMs).toBeCloseTo(4_004_324_848_343, 2);
    expect(second?.ntpMs).toBeCloseTo(1500.5, 3);
  });

  it('accepts any bytes without throwing', () => {
    fc.assert(fc.property(bytes(200), (datagram) => void parseSenderReports(datagram)));
  });

  it('tells RTCP from RTP on one port', () => {
    expect(isRtcp(senderReportOf(1, 0, 0))).toBe(true);
    expect(isRtcp(datagramOf(packetOf({ payloadType: 111, hasMarker: true })))).toBe(false);
  });
});
