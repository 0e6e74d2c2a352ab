import type { Handlers } from '../contract.js';

type StageName =
  | 'requestStage'
  | 'cancelStageRequest'
  | 'answerInvitation'
  | 'leaveStage'
  | 'approveStageRequest'
  | 'declineStageRequest'
  | 'inviteToStage'
  | 'cancelInvitation'
  | 'bringOnAir'
  | 'sendBackstage'
  | 'takeDown'
  | 'setStage'
  | 'listStreams'
  | 'seatStream';

export const stage: Handlers<StageName> = {
  requestStage: ({ room, participant }) => {
    room.stage.request(participant);
    return {};
  },
  cancelStageRequest: ({ room, participant }) => {
    room.stage.run({ type: 'cancelRequest', who: participant.id });
    return {};
  },
  answerInvitation: ({ room, participant }, { accept }) => {
    room.stage.run({ type: 'answer', who: participant.id, accept });
    return {};
  },
  leaveStage: ({ room, participant }) => {
    room.stage.run({ type: 'comeDown', who: participant.id });
    return {};
  },
  approveStageRequest: ({ room }, { participantId }) => {
    room.stage.about({ type: 'approve', who: participantId });
    return {};
  },
  declineStageRequest: ({ room }, { participantId }) => {
    room.stage.about({ type: 'decline', who: participantId });
    return {};
  },
  inviteToStage: ({ room, participant }, { participantId }) => {
    room.stage.invite(participantId, participant.id);
    return {};
  },
  cancelInvitation: ({ room }, { participantId }) => {
    room.stage.about({ type: 'cancelInvitation', who: participantId });
    return {};
  },
  bringOnAir: ({ room }, { participantId }) => {
    room.stage.about({ type: 'bringOnAir', who: participantId });
    return {};
  },
  sendBackstage: ({ room, participant }, { participantId }) => {
    room.moderation.sendBackstage(participant, participantId);
    return {};
  },
  takeDown: ({ room, participant }, { participantId }) => {
    room.moderation.takeDown(participant, participantId);
    return {};
  },
  listStreams: async ({ services }) => ({ streams: await services.seatableStreams.list() }),
  seatStream: async ({ room, services }, stream) => {
    const { title } = await services.seatableStreams.get(stream, 'host');
    return { participantId: room.streams.seat(stream, title).id };
  },
  setStage: ({ room }, change) => {
    room.stage.run({ type: 'set', ...change });
    return {};
  },
};
