import { LianmaiError, type JoinClaims } from '@lianmai/protocol';
import { isFromLobby } from '../../authorisation/index.js';
import type { Context, Handlers, Services } from '../contract.js';
import { asJson } from './mediaJson.js';

export const join: Handlers<'join' | 'leave' | 'ping'> = {
  join: ({ connection, services }, { resume }) =>
    connection.join(async () => {
      const { claims } = connection;
      await assertMayHost(services, claims);
      const room = await services.rooms.open(claims.grants.room);
      if (connection.isEnded) throw new LianmaiError('WRONG_STATE');
      const { participant, mediaKept, ready } = room.join({ claims, channel: connection, ...(resume && { resume }) });
      connection.standFor(participant, room);
      try {
        await ready;
      } catch (error) {
        room.leave(participant, 'lost');
        throw error;
      }
      connection.snapshotTaken();
      return {
        participantId: participant.id,
        resumeSecret: participant.resumeSecret,
        mediaKept,
        routerRtpCapabilities: asJson(room.media.rtpCapabilities),
        iceServers: services.iceServers,
        snapshot: room.snapshotFor(participant),
        nowMs: Date.now(),
      };
    }),

  leave: ({ connection, room }: Context) => {
    const { member } = connection;
    if (connection.state === 'joined') room.leave(connection.participant, 'left');
    else room.audience.leave(member.id);
    connection.forget();
    return {};
  },

  ping: () => ({ nowMs: Date.now() }),
};

/** A lobby's token outlives the lobby's answer: since then, the room's name may have become a stream's. */
async function assertMayHost({ streams }: Services, { sub, grants }: JoinClaims): Promise<void> {
  if (grants.role === 'host' && isFromLobby(sub)) await streams.assertNotStream(grants.room);
}
