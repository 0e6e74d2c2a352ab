import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { LianmaiError, type AuthoriseReply, type AuthoriseRequest } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { makeTag } from '../../media/formats/index.js';
import { StreamHub } from '../stream/index.js';
import { clientIp, Gate, openPublishSession, readQueryParams, type GateRequest } from './index.js';

const POLICY: AuthoriseReply = { onTaken: 'refuse', resumeGraceMs: 60_000, srtPassphrase: null };
const play: GateRequest = { action: 'play', app: 'live', name: 'cam', protocol: 'flv', ip: '10.0.0.1', params: {} };
const publish = { app: 'live', name: 'cam', protocol: 'rtmp', ip: '10.0.0.2', params: { key: 'k' } } as const;
const key = (dtsMs: number) => makeTag('video', dtsMs, Buffer.from([0x17, 1, 0, 0, 0, 9]));

describe('Gate', () => {
  it('passes all request data to the server, registers admitted clients and forgets them on release', async () => {
    const asked: AuthoriseRequest[] = [];
    const authorise = (request: AuthoriseRequest) => {
      asked.push(request);
      return Promise.resolve(POLICY);
    };
    const gate = new Gate({ authorise });
    const admission = await gate.admit(play);
    admission.bytes += 100;
    expect(asked).toEqual([{ ...play, clientId: admission.clientId }]);
    expect(gate.clients(play)).toMatchObject([{ id: admission.clientId, protocol: 'flv', ip: '10.0.0.1', bytes: 100 }]);
    expect(gate.players(play)).toEqual({ flv: 1 });
    admission.release();
    admission.release();
    expect(gate.clients(play)).toEqual([]);
  });

  it('rejects clients when the server does not answer, and invalid names', async () => {
    const silent = new Gate({ authorise: () => Promise.reject(new LianmaiError('TIMEOUT')) });
    await expect(silent.admit(play)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(silent.admit({ ...play, name: '../etc' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(silent.clients(play)).toEqual([]);
  });

  it('kicks one client, or the publisher', async () => {
    const gate = new Gate({ authorise: () => Promise.resolve(POLICY) });
    const [first, second] = [await gate.admit(play), await gate.admit(play)];
    const publishSession = await openPublishSession({ gate, hub: new StreamHub() }, publish);
    expect(gate.kick(play, first.clientId)).toBe(1);
    expect([first.signal.aborted, second.signal.aborted, publishSession.signal.aborted]).toEqual([true, false, false]);
    expect(gate.kick(play)).toBe(1);
    expect(publishSession.signal.reason).toMatchObject({ code: 'FORBIDDEN' });
    expect(gate.kick({ app: 'live', name: 'none' })).toBe(0);
  });
});

describe('openPublishSession', () => {
  it('rejects a second publisher and leaves no trace of it', async () => {
    const hub = new StreamHub();
    const gate = new Gate({ authorise: () => Promise.resolve(POLICY) });
    await openPublishSession({ gate, hub }, publish);
    await expect(openPublishSession({ gate, hub }, publish)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(gate.clients(publish).length).toBe(1);
  });

  it('allows a takeover by policy: aborts the first session and drops its further writes', async () => {
    const hub = new StreamHub();
    const gate = new Gate({ authorise: () => Promise.resolve({ ...POLICY, onTaken: 'takeover' }) });
    const first = await openPublishSession({ gate, hub }, publish);
    first.write(key(0));
    const second = await openPublishSession({ gate, hub }, publish);
    expect(first.signal.reason).toMatchObject({ code: 'CONFLICT' });
    second.write(key(0));
    first.close('replaced');
    second.write(key(33));
    expect([second.stream === first.stream, second.stream.hasPublisher, second.stream.lastDtsMs]).toEqual([true, true, 73]);
  });

  it('keeps the stream for a lost publisher, and ends it for one that stopped on purpose', async () => {
    const hub = new StreamHub();
    const gate = new Gate({ authorise: () => Promise.resolve(POLICY) });
    const lost = await openPublishSession({ gate, hub }, publish);
    lost.close('connection lost');
    expect([hub.get(publish)?.hasPublisher, gate.publisher(publish)]).toEqual([false, null]);
    const back = await openPublishSession({ gate, hub }, publish);
    expect(back.stream).toBe(lost.stream);
    back.close('unpublish', true);
    expect(hub.get(publish)).toBeUndefined();
  });
});

describe('client IP and query parameters', () => {
  it('reads a bounded number of parameters', () => {
    expect(readQueryParams('key=a&key=b&__proto__=x&token=%20y')).toEqual({ key: 'a', ['__proto__']: 'x', token: ' y' });
    expect(Object.keys(readQueryParams(Array.from({ length: 100 }, (_, index) => `p${index}=1`).join('&'))).length).toBe(32);
    expect(readQueryParams(`a=${'x'.repeat(2000)}`)).toEqual({});
  });

  it('trusts X-Forwarded-For only from this machine', () => {
    const from = (peer: string, forwarded?: string, own = '10.9.9.9') => {
      const socket = new Socket();
      Object.defineProperty(socket, 'remoteAddress', { value: peer });
      Object.defineProperty(socket, 'localAddress', { value: own });
      const request = new IncomingMessage(socket);
      if (forwarded) request.headers['x-forwarded-for'] = forwarded;
      return clientIp(request);
    };
    expect(from('::ffff:10.0.0.1', '1.2.3.4')).toBe('10.0.0.1');
    expect(from('127.0.0.1', '9.9.9.9, 1.2.3.4')).toBe('1.2.3.4');
    expect(from('::1')).toBe('::1');
    expect(from('192.168.1.5', '1.2.3.4', '::ffff:192.168.1.5')).toBe('1.2.3.4');
  });
});
