import { bridgeCalls, MAX_ASSET_BYTES, MAX_REQUEST_BYTES, Permission, requests, SMALL_REQUEST_BYTES } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { BRIDGE_FAILURES } from '../bridge/index.js';
import { REQUEST_LIMITS } from './RequestLimits.js';

interface Message {
  name: string;
  /** A permission, a state that anybody with a token reaches, or the bridge's token. */
  right: unknown;
  maxBytes: unknown;
  perAddress: unknown;
}

/** Requests that need no permission beyond the token and, except the first and last, the join. A new one is a decision. */
const FREE = ['closeConsumer', 'closeProducer', 'connectTransport', 'createTransport', 'join', 'leave', 'leaveStage', 'ping', 'restartIce'];

const pageMessages: Message[] = Object.entries(requests).map(([name, { permission, maxBytes }]) => ({
  name,
  right: permission ?? (FREE.includes(name) ? 'token' : undefined),
  maxBytes,
  perAddress: (REQUEST_LIMITS as Record<string, { perAddress: unknown }>)[name]?.perAddress,
}));
const bridgeMessages: Message[] = Object.entries(bridgeCalls).map(([name, { maxBytes }]) => ({
  name,
  right: 'bridgeToken',
  maxBytes,
  perAddress: { requests: BRIDGE_FAILURES.points, perSeconds: BRIDGE_FAILURES.duration },
}));

const RIGHTS = [...Permission.options, 'token', 'bridgeToken'];
const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0 && Number.isFinite(value);

/** Returns what a message does not declare. */
function missing({ right, maxBytes, perAddress }: Message): string[] {
  const { requests: count, perSeconds } = (perAddress ?? {}) as Record<string, unknown>;
  return [
    ...(RIGHTS.includes(right as never) ? [] : ['right']),
    ...(isPositive(maxBytes) ? [] : ['maxBytes']),
    ...(isPositive(count) && isPositive(perSeconds) ? [] : ['perAddress']),
  ];
}

describe('every message on a socket', () => {
  it.each([...pageMessages, ...bridgeMessages])('declares its right, its size and its rate by address: $name', (message) => {
    expect(missing(message)).toEqual([]);
  });

  it('of a page stays within 64 kB, but for uploads', () => {
    const large = pageMessages.filter(({ maxBytes }) => (maxBytes as number) > MAX_REQUEST_BYTES);
    expect(large.map(({ name, maxBytes }) => [name, maxBytes])).toEqual([['uploadAsset', MAX_ASSET_BYTES + SMALL_REQUEST_BYTES]]);
  });

  it('fails this test when it declares nothing', () => {
    expect(missing({ name: 'new', right: undefined, maxBytes: Number.POSITIVE_INFINITY, perAddress: { requests: 1 } })).toEqual([
      'right',
      'maxBytes',
      'perAddress',
    ]);
  });

  it('without a permission is one of a few, and none of those is gone', () => {
    expect(
      pageMessages
        .filter(({ right }) => right === 'token')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(FREE);
  });
});
