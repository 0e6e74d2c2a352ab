import { LianmaiError } from '@lianmai/protocol';
import type { Context, Handlers } from '../contract.js';
import { asJson } from './mediaJson.js';

export const join: Handlers<'join' | 'leave' | 'ping'> = {
  join: ({ connection, services }, { resume }) =>
    connection.join(async () => {
      const { claims } = connection;
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

  leave: ({ connection, participant, room }: Context) => {
    room.leave(participant, 'left');
    connection.forget();
    return {};
  },

  ping: () => ({ nowMs: Date.now() }),
};
