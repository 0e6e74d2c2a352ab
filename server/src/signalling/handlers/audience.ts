import type { Handlers } from '../contract.js';

export const audience: Handlers<'attend' | 'listAudience'> = {
  attend: ({ connection, services }) =>
    connection.attend(() => {
      const { claims } = connection;
      const room = services.rooms.get(claims.grants.room);
      const attendee = room.attend({ claims, channel: connection });
      connection.attendAs(attendee, room);
      connection.snapshotTaken();
      return { participantId: attendee.id, snapshot: room.audience.snapshotFor(attendee), nowMs: Date.now() };
    }),

  listAudience: ({ room }, query) => room.audience.list(query),
};
