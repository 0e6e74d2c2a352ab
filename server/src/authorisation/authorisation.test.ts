import { Secret } from '@lianmai/kit';
import { effectiveGrants, Identity, RoomId, LianmaiError, type Permission, type Role } from '@lianmai/protocol';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { TokenAuthority, apiKeyFrom, AUDIENCE, can, canActOn, canPublish, GuessLimiter, type Place } from './index.js';

const SECRET = 'a-secret-of-some-length-to-sign-with';
const authority = new TokenAuthority({ id: 'key-1', secret: new Secret(SECRET), isDevelopment: false }, [
  new Secret('bridge-token-of-operator'),
  new Secret('token-of-the-bridge-beside-us'),
]);
const join = {
  identity: Identity.parse('u1'),
  name: 'Mei 🌸',
  grants: { room: RoomId.parse('r1'), role: 'host' as const },
  ttlSeconds: 60,
};

function codeOf(task: () => unknown): string | null {
  try {
    task();
    return null;
  } catch (error) {
    return (error as LianmaiError).code;
  }
}
const sign = (claims: object, options: jwt.SignOptions = {}, secret = SECRET) =>
  jwt.sign(claims, secret, { algorithm: 'HS256', ...options });
const sound = { sub: 'u1', name: 'Mei', grants: { room: 'r1', role: 'guest' } };

describe('a join token', () => {
  it('[ACC-01] carries identity, name and grants, and the key’s id', () => {
    const { token, expiresAtMs } = authority.mintJoinToken(join);
    expect(authority.verifyJoinToken(token)).toMatchObject({ sub: 'u1', name: 'Mei 🌸', grants: { room: 'r1', role: 'host' } });
    expect(jwt.decode(token, { complete: true })?.header).toMatchObject({ alg: 'HS256', kid: 'key-1' });
    expect(expiresAtMs).toBeGreaterThan(Date.now() + 50_000);
  });

  it('[ACC-02] may be signed by an operator’s own backend', () => {
    expect(codeOf(() => authority.verifyJoinToken(sign(sound, { audience: AUDIENCE.join, expiresIn: 60 })))).toBeNull();
    expect(codeOf(() => authority.verifyJoinToken(sign(sound, { audience: AUDIENCE.join, expiresIn: 60, keyid: 'key-1' })))).toBeNull();
  });

  it.each([
    ['expired', 'TOKEN_EXPIRED', sign({ ...sound, exp: 1000 }, { audience: AUDIENCE.join })],
    ['of another secret', 'UNAUTHENTICATED', sign(sound, { audience: AUDIENCE.join, expiresIn: 60 }, 'another-secret')],
    ['of another key id', 'UNAUTHENTICATED', sign(sound, { audience: AUDIENCE.join, expiresIn: 60, keyid: 'key-2' })],
    ['for the API', 'UNAUTHENTICATED', sign(sound, { audience: AUDIENCE.api, expiresIn: 60 })],
    ['for nobody', 'UNAUTHENTICATED', sign(sound, { expiresIn: 60 })],
    ['without an end', 'UNAUTHENTICATED', sign(sound, { audience: AUDIENCE.join })],
    ['with another algorithm', 'UNAUTHENTICATED', jwt.sign(sound, SECRET, { algorithm: 'HS512', audience: AUDIENCE.join, expiresIn: 60 })],
    ['unsigned', 'UNAUTHENTICATED', jwt.sign({ ...sound, exp: 9e9 }, '', { algorithm: 'none', audience: AUDIENCE.join })],
    ['without grants', 'UNAUTHENTICATED', sign({ sub: 'u1', name: 'Mei' }, { audience: AUDIENCE.join, expiresIn: 60 })],
    [
      'for an impossible room',
      'UNAUTHENTICATED',
      sign({ ...sound, grants: { room: '../x', role: 'host' } }, { audience: AUDIENCE.join, expiresIn: 60 }),
    ],
  ])('[ACC-03] that is %s is refused as %s', (_what, code, token) => {
    expect(codeOf(() => authority.verifyJoinToken(token))).toBe(code);
  });

  it('[ACC-04] may be anything at all and is refused with a typed error', () => {
    fc.assert(
      fc.property(fc.anything(), (token) => {
        expect(codeOf(() => authority.verifyJoinToken(token))).toBe('UNAUTHENTICATED');
      }),
    );
    expect(codeOf(() => authority.verifyJoinToken('x'.repeat(100_000)))).toBe('UNAUTHENTICATED');
  });
});

describe('an API call', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('[ACC-05] carries key and secret, or a token signed with the secret', () => {
    expect(codeOf(() => authority.authenticateApi(basic(`key-1:${SECRET}`)))).toBeNull();
    expect(codeOf(() => authority.authenticateApi(`bearer ${sign({}, { audience: AUDIENCE.api, expiresIn: 60 })}`))).toBeNull();
  });

  it.each([
    undefined,
    '',
    'Basic',
    basic(''),
    basic('key-1'),
    basic(`key-1:${SECRET}x`),
    basic(`:${SECRET}`),
    `Bearer ${SECRET}`,
    'Digest x',
  ])('[ACC-06] is refused with %s', (header) => {
    expect(codeOf(() => authority.authenticateApi(header))).toBe('UNAUTHENTICATED');
  });

  it('comes from a page that has signed in', () => {
    const { token, expiresAtMs } = authority.signIn('key-1', SECRET);
    expect(codeOf(() => authority.authenticateApi(`Bearer ${token}`))).toBeNull();
    expect(expiresAtMs - Date.now()).toBeLessThan(86_400_000);
    expect(codeOf(() => authority.verifyJoinToken(token))).toBe('UNAUTHENTICATED');
    expect(codeOf(() => authority.verifyBridgeToken(token))).toBe('UNAUTHENTICATED');
    for (const [key, secret] of [
      ['key-1', 'x'],
      ['x', SECRET],
      ['', ''],
    ] as const)
      // prettier-ignore
      expect(codeOf(() => authority.signIn(key, secret))).toBe('UNAUTHENTICATED');
  });

  it('[ACC-07] is refused with a join token', () => {
    expect(codeOf(() => authority.authenticateApi(`Bearer ${authority.mintJoinToken(join).token}`))).toBe('UNAUTHENTICATED');
  });
});

describe('a bridge', () => {
  it('[ACC-08] comes with a token that is known or signed for bridges, and with no other', () => {
    const signed = jwt.sign({}, SECRET, { audience: AUDIENCE.bridge, expiresIn: 60 });
    for (const token of [signed, 'bridge-token-of-operator', 'token-of-the-bridge-beside-us'])
      expect(codeOf(() => authority.verifyBridgeToken(token))).toBeNull();
    expect(codeOf(() => authority.verifyBridgeToken('bridge-token-of-somebody'))).toBe('UNAUTHENTICATED');
    expect(codeOf(() => authority.verifyBridgeToken(authority.mintJoinToken(join).token))).toBe('UNAUTHENTICATED');
  });

  it('[ACC-08] for a bridge lasts as long as its process, however far the clock leaps', () => {
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 4000 * 86_400_000);
    expect(codeOf(() => authority.verifyBridgeToken('token-of-the-bridge-beside-us'))).toBeNull();
  });
});

describe('the development key', () => {
  it('[ACC-09] has the secret of its supervisor, and is only there when none is configured', () => {
    const development = apiKeyFrom({}, 'of the supervisor');
    expect(development).toMatchObject({ id: 'dev', isDevelopment: true });
    expect(development.secret.reveal()).toBe('of the supervisor');
    expect(apiKeyFrom({ key: 'k', secret: new Secret('s') }, 'of the supervisor')).toMatchObject({ id: 'k', isDevelopment: false });
  });
});

describe('permissions', () => {
  const standing = (role: Role, place: Place) => ({ grants: effectiveGrants({ room: RoomId.parse('r1'), role }), place, isCoHost: false });

  it.each<[Role, Place, Permission[]]>([
    ['host', 'stage', ['subscribe', 'publish', 'chat', 'requestStage', 'assist', 'moderate', 'live']],
    ['host', 'audience', ['subscribe', 'chat', 'requestStage', 'assist', 'moderate', 'live']],
    ['guest', 'stage', ['subscribe', 'publish', 'chat', 'requestStage']],
    ['viewer', 'backstage', ['subscribe', 'publish', 'chat', 'requestStage']],
    ['viewer', 'audience', ['subscribe', 'chat', 'requestStage']],
  ])('[ACC-10] of a %s (%s) are %j', (role, place, expected) => {
    const all: Permission[] = ['subscribe', 'publish', 'chat', 'requestStage', 'assist', 'moderate', 'live'];
    expect(all.filter((permission) => can(standing(role, place), permission))).toEqual(expected);
  });

  it('[ACC-11] to publish end with the seat and with the token’s sources', () => {
    const microphoneOnly = {
      grants: effectiveGrants({ room: RoomId.parse('r1'), role: 'guest', publish: ['microphone'] }),
      place: 'stage' as const,
      isCoHost: false,
    };
    expect(canPublish(microphoneOnly, 'microphone')).toBe(true);
    expect(canPublish(microphoneOnly, 'camera')).toBe(false);
    expect(canPublish({ ...microphoneOnly, place: 'audience' }, 'microphone')).toBe(false);
  });

  it('[ACC-12] over a host are a host’s alone', () => {
    const moderator = {
      grants: effectiveGrants({ room: RoomId.parse('r1'), role: 'guest', moderate: true }),
      place: 'stage' as const,
      isHost: false,
      isCoHost: false,
    };
    expect(canActOn(moderator, { isHost: false })).toBe(true);
    expect(canActOn(moderator, { isHost: true })).toBe(false);
    expect(canActOn({ ...standing('host', 'stage'), isHost: true }, { isHost: true })).toBe(true);
  });

  it('[ACC-13] of a co-host are to assist, not to moderate', () => {
    const coHost = { ...standing('guest', 'stage'), isHost: false, isCoHost: true };
    expect([can(coHost, 'assist'), can(coHost, 'moderate'), can(coHost, 'live')]).toEqual([true, false, false]);
    expect([canActOn(coHost, { isHost: false }, 'assist'), canActOn(coHost, { isHost: false })]).toEqual([true, false]);
    expect(canActOn(coHost, { isHost: true }, 'assist')).toBe(false);
  });
});

describe('guesses', () => {
  const wrong = () => {
    throw new LianmaiError('UNAUTHENTICATED');
  };

  it('[ACC-13] make their network wait, and nobody else', async () => {
    const guesses = new GuessLimiter();
    for (let guess = 0; guess < 20; guess++)
      await expect(guesses.guard(`2001:db8::${guess}`, wrong)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const refused: unknown = await guesses.guard('2001:db8::99', () => 'right').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
    expect((refused as LianmaiError).details?.['retryAfterMs']).toBeGreaterThan(0);
    // A token that is signed with the right secret and has expired would give that secret away.
    const expired = () => {
      throw new LianmaiError('TOKEN_EXPIRED');
    };
    await expect(guesses.guard('2001:db8::99', expired)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await guesses.guard('2001:db8:0:1::1', () => 'right')).toBe('right');
  });

  it('[ACC-14] count by each wrong answer, not by right ones and expired tokens', async () => {
    const guesses = new GuessLimiter();
    const expired = () => {
      throw new LianmaiError('TOKEN_EXPIRED');
    };
    for (let call = 0; call < 30; call++) {
      await guesses.guard('203.0.113.1', () => 'right');
      await expect(guesses.guard('203.0.113.1', expired)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    }
    const guess = () => guesses.guard('203.0.113.1', wrong).catch((error: unknown) => (error as LianmaiError).code);
    const burst = await Promise.all(Array.from({ length: 30 }, guess));
    expect(burst.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(20);
  });
});
