import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamReply, type Acknowledgement } from '@lianmai/protocol';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, livePicture, packets, PATIENCE_MS, publishWith, RtmpListener, System, until, type Peer } from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-names-'));
const KEY = 'key-of-the-owner';

describe('a registered stream whose name a room takes', () => {
  let system: System;
  let stream: StreamReply;
  let staleToken: string;
  let destination: RtmpListener;
  let port: number;
  let owner: Peer;
  const sockets: Socket[] = [];

  const askLobby = async (room: string) => {
    const body = JSON.stringify({ name: 'Intruder', role: 'host', deviceId: 'device-of-the-intruder' });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${system.url}/api/v1/lobby/${room}`, { method: 'POST', headers, body });
    return (await response.json()) as { token: string; error?: { code: string } };
  };

  /** Connects like a page; `ask` returns the code of the error, or ok. */
  async function connect(token: string) {
    const socket = io(system.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth: { token } });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return async (name: string, data = {}) => {
      const answer = (await socket.timeout(PATIENCE_MS).emitWithAck('request', { name, data })) as Acknowledgement<unknown>;
      return answer.ok ? 'ok' : answer.error.code;
    };
  }
  const now = async () => StreamReply.parse((await system.api('GET', `/streams/${stream.id}`)).body);
  const isLive = (wanted: 'live' | 'waiting') => until(`the stream is ${wanted}`, async () => (await now()).status?.state === wanted);
  const outputIs = (state: string) =>
    until(`the destination is ${state}`, async () => (await now()).outputs.some((output) => output.state === state));
  const goLiveByApi = async () =>
    (await system.api('POST', '/rooms/cam/live', {})) as { status: number; body: { error?: { code: string } } };

  beforeAll(async () => {
    // A grace that outlasts the test: only a publisher that says goodbye ends the stream.
    system = await System.start({ env: { RESUME_GRACE_MS: '600000' } });
    staleToken = (await askLobby('cam')).token;
    stream = await system.createStream('cam', { record: { format: 'flv', segmentSeconds: null } });
    port = await freePorts();
    destination = new RtmpListener(port, join(FOLDER, 'first.flv'), KEY);
    const url = `rtmp://127.0.0.1:${port}/live/${KEY}`;
    expect((await system.api('POST', `/streams/${stream.id}/outputs`, { kind: 'rtmp', url })).status).toBe(201);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await owner?.kill();
    await destination?.kill();
    await system?.stop();
  });

  it('[API-15] is not offered by the lobby, nor entered with a token from before', async () => {
    expect((await askLobby('cam')).error?.code).toBe('NAME_TAKEN');
    const ask = await connect(staleToken);
    expect(await ask('join')).toBe('NAME_TAKEN');
  });

  it('[ROOM-62] goes to its owner at any time, and to no host without a grant for it', async () => {
    const ask = await connect(await system.token('cam', 'host', 'host'));
    expect(await ask('join')).toBe('ok');
    expect(await ask('startLive')).toBe('NAME_TAKEN');
    owner = publishWith(livePicture(), stream.publish.rtmp);
    await isLive('live');
    await outputIs('live');
    expect(await ask('startLive')).toBe('NAME_TAKEN');
    expect((await goLiveByApi()).body.error?.code).toBe('CONFLICT');
  });

  it('[ROOM-62] stays its owner’s while that is away', async () => {
    await owner.kill();
    await isLive('waiting');
    const ask = await connect(await system.token('cam', 'other-host', 'host'));
    await ask('join');
    expect(await ask('startLive')).toBe('NAME_TAKEN');
    expect((await goLiveByApi()).body.error?.code).toBe('CONFLICT');
    owner = publishWith(livePicture(), stream.publish.rtmp);
    await isLive('live');
    await owner.stop();
    await until('the stream has ended', async () => (await now()).status === null);
    await destination.exited;
    expect((await packets(destination.file)).length).toBeGreaterThan(0);
  });

  it('[ROOM-62] is on air from the room by the API key, with its destinations', async () => {
    destination = new RtmpListener(port, join(FOLDER, 'second.flv'), KEY);
    expect((await goLiveByApi()).status).toBe(201);
    await outputIs('live');
    expect((await system.api('DELETE', '/rooms/cam/live')).status).toBe(204);
  });

  it('cannot be created under the name of a room that is live', async () => {
    expect((await system.api('POST', '/rooms/show/live', {})).status).toBe(201);
    const { status: code, body } = await system.api('POST', '/streams', { name: 'show' });
    expect([code, (body as { error: { code: string } }).error.code]).toEqual([409, 'CONFLICT']);
    await system.api('DELETE', '/rooms/show/live');
  });
});
