import { LianmaiError, type LobbyRoom } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { offerOf, readToken } from './joinOffer';
import type { LobbyAnswer } from './useLobbyRoom';

const info: LobbyRoom = {
  exists: true,
  isNameTaken: false,
  title: 'a',
  locked: false,
  roles: ['guest', 'viewer'],
  participants: 1,
  hostName: 'Ada',
  live: null,
};
const known = (patch: Partial<LobbyRoom>): LobbyAnswer => ({ state: 'known', room: 'a', info: { ...info, ...patch } });

describe('the lobby offers', () => {
  it('to create a room that does not exist', () => {
    expect(offerOf('a', known({ exists: false, roles: ['host', 'viewer'] }), null).primary).toBe('host');
  });
  it('a seat, or watching, in an open room', () =>
    expect(offerOf('a', known({}), null)).toEqual({ primary: 'guest', secondary: 'viewer', obstacle: null }));
  it('its host the way back, even into a locked room', () => {
    expect(offerOf('a', known({}), null, true).primary).toBe('host');
    expect(offerOf('a', known({ locked: true, roles: [] }), null, true).primary).toBe('host');
  });
  it('watching where people must ask for a seat', () => expect(offerOf('a', known({ roles: ['viewer'] }), null).primary).toBe('viewer'));
  it('nothing in a locked room, and says why', () => expect(offerOf('a', known({ locked: true }), null).obstacle).toBe('locked'));
  it('nothing where the operator requires tokens', () => {
    expect(offerOf('a', known({ roles: [] }), null).obstacle).toBe('tokenNeeded');
    expect(offerOf('a', known({ roles: [], exists: false }), null).obstacle).toBe('unknownRoom');
  });
  it('nothing for the name of a stream, and says why', () =>
    expect(offerOf('a', known({ roles: [], exists: false, isNameTaken: true }), null).obstacle).toBe('nameTaken'));
  it('nothing for an invalid room name', () => expect(offerOf('房间', { state: 'none' }, null).obstacle).toBe('badName'));
  it('nothing while the answer is about another room', () =>
    expect(offerOf('ab', known({}), null)).toEqual({ primary: null, secondary: null, obstacle: null }));
  it('nothing when the server cannot be reached, and says so', () => {
    expect(offerOf('a', { state: 'failed', room: 'a', error: new LianmaiError('TIMEOUT') }, null).obstacle).toBe('failed');
  });
});

describe('a join token', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it('contains name and role, in any script', () => {
    const claims = { sub: 'u1', name: '王小明 🎤', grants: { room: 'a', role: 'guest' }, exp: 1, aud: 'lianmai:join' };
    expect(readToken(`${encode({ alg: 'HS256' })}.${encode(claims)}.sig`)).toMatchObject({ name: '王小明 🎤', role: 'guest', room: 'a' });
  });
  it('that cannot be read is no invitation', () => {
    for (const bad of ['', 'a', 'a.b.c', `x.${encode({})}.y`]) expect(readToken(bad)).toBeNull();
  });
});
