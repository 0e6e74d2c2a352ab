import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../formats/index.js';
import { CLIENT_HELLO_BYTES, clientAnswer, clientHello, HANDSHAKE_BYTES, SERVER_HANDSHAKE_BYTES, serverAnswer } from './index.js';

const PLAYER_KEY = 'Genuine Adobe Flash Player 001';
const SERVER_KEY = 'Genuine Adobe Flash Media Server 001';
const FULL_SERVER_KEY = Buffer.concat([
  Buffer.from(SERVER_KEY),
  Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex'),
]);

const digestAt = (bytes: Buffer, offsetAt: number) =>
  offsetAt + 4 + ([0, 1, 2, 3].reduce((sum, index) => sum + bytes.readUInt8(offsetAt + index), 0) % 728);
const hmac = (key: string | Buffer, bytes: Buffer) => createHmac('sha256', key).update(bytes).digest();
const without = (bytes: Buffer, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 32)]);

/** C0 + C1 of a player that signs, written as an encoder does, independently of our own code. */
function signedHello(offsetAt: number): { hello: Buffer; digest: Buffer } {
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 9, 0, 124, 2]), randomBytes(HANDSHAKE_BYTES - 8)]);
  const at = digestAt(bytes, offsetAt);
  const digest = hmac(PLAYER_KEY, without(bytes, at));
  digest.copy(bytes, at);
  return { hello: Buffer.concat([Buffer.from([3]), bytes]), digest };
}

describe('RTMP handshake', () => {
  it('echoes a simple client', () => {
    const hello = clientHello();
    const answer = serverAnswer(hello);
    expect([answer.length, answer[0]]).toEqual([SERVER_HANDSHAKE_BYTES, 3]);
    expect(answer.subarray(1 + HANDSHAKE_BYTES)).toEqual(hello.subarray(1));
    expect(clientAnswer(answer)).toEqual(answer.subarray(1, 1 + HANDSHAKE_BYTES));
  });

  it.each([8, 772])('signs for a client whose digest offset is at byte %i', (offsetAt) => {
    for (let round = 0; round < 50; round++) {
      const { hello, digest } = signedHello(offsetAt);
      const answer = serverAnswer(hello);
      const own = answer.subarray(1, 1 + HANDSHAKE_BYTES);
      const at = digestAt(own, offsetAt);
      expect(own.subarray(at, at + 32)).toEqual(hmac(SERVER_KEY, without(own, at)));
      const signed = answer.subarray(1 + HANDSHAKE_BYTES);
      expect(signed.subarray(-32)).toEqual(hmac(hmac(FULL_SERVER_KEY, digest), signed.subarray(0, -32)));
    }
  });

  it('rejects another protocol, and replies to any C1', () => {
    expect(() => serverAnswer(Buffer.alloc(CLIENT_HELLO_BYTES, 'GET '))).toThrow(FormatError);
    expect(() => serverAnswer(Buffer.from([3]))).toThrow(FormatError);
    const anyHello = fc.uint8Array({ minLength: HANDSHAKE_BYTES, maxLength: HANDSHAKE_BYTES });
    fc.assert(
      fc.property(anyHello, (bytes) => {
        expect(serverAnswer(Buffer.from([3, ...bytes])).length).toBe(SERVER_HANDSHAKE_BYTES);
      }),
    );
  });
});
