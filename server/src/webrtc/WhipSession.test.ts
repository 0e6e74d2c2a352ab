import { EventEmitter } from 'node:events';
import { TransportId } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MediaPeer, MediaPeerEvents } from '../sfu/index.js';
import { parseFragment, parseOffer } from './sdp/index.js';
import { obs } from './sdp/testing/offers.js';
import { WhipSession } from './WhipSession.js';

/** The parts of a peer that a session uses. */
class FakePeer extends EventEmitter<MediaPeerEvents> {
  isClosed = false;
  restarts = 0;
  restartIce() {
    this.restarts += 1;
    return Promise.resolve({ usernameFragment: `server${this.restarts}`, password: 'p'.repeat(24), iceLite: true });
  }
  close(): void {
    this.isClosed = true;
  }
}

function open() {
  const peer = new FakePeer();
  const closed: [string, boolean][] = [];
  const session = new WhipSession({
    offer: parseOffer(obs),
    mids: ['0', '1'],
    peer: peer as unknown as MediaPeer,
    transport: {
      id: TransportId.parse('t'),
      iceParameters: { usernameFragment: 'server', password: 'p'.repeat(24), iceLite: true },
      iceCandidates: [],
      dtlsParameters: { role: 'auto', fingerprints: [] },
    },
  });
  session.on('closed', (...how) => closed.push(how));
  return { peer, session, closed };
}

describe('a session', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends if it does not connect within 15 s', () => {
    const { peer, closed } = open();
    vi.advanceTimersByTime(14_900);
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(closed).toEqual([['it did not connect', false]]);
    expect(peer.isClosed).toBe(true);
  });

  it('survives a short loss of its connection, but not a long one', () => {
    const { peer, session, closed } = open();
    const connected = vi.fn();
    session.on('connected', connected);
    peer.emit('connectionChanged', 'connected');
    peer.emit('connectionChanged', 'disconnected');
    vi.advanceTimersByTime(7000);
    peer.emit('connectionChanged', 'connected');
    vi.advanceTimersByTime(60_000);
    expect(closed).toEqual([]);
    expect(connected).toHaveBeenCalledTimes(1);
    peer.emit('connectionChanged', 'disconnected');
    vi.advanceTimersByTime(8100);
    expect(closed).toEqual([['the connection was lost', false]]);
  });

  it('ends once, immediately when the client disconnects, and reports whether the client ended it', () => {
    const { peer, session, closed } = open();
    session.close('DELETE', true);
    peer.emit('connectionChanged', 'closed');
    peer.emit('closed', 'its worker died');
    expect(closed).toEqual([['DELETE', true]]);
    const other = open();
    other.peer.emit('connectionChanged', 'closed');
    expect(other.closed).toEqual([['the client closed the connection', false]]);
  });

  it('restarts ICE for new credentials only', async () => {
    const { peer, session } = open();
    const before = session.etag;
    expect(await session.patch(parseFragment('a=ice-ufrag:Gl5r\r\na=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\n'))).toBeNull();
    expect(peer.restarts).toBe(0);
    await expect(session.patch(parseFragment('a=ice-ufrag:other\r\n'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await session.patch(parseFragment(`a=ice-ufrag:other\r\na=ice-pwd:${'q'.repeat(24)}\r\n`))).toContain('a=ice-ufrag:server1\r\n');
    expect(session.etag).not.toBe(before);
  });
});
