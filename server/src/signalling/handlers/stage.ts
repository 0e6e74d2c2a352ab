import { LianmaiError } from '@lianmai/protocol';
import type { Context, Handlers } from '../contract.js';

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
  | 'moveSeat'
  | 'setSeat'
  | 'setCoHost'
  | 'transferHost'
  | 'takeOverHost'
  | 'setStage'
  | 'listStreams'
  | 'seatStream';

export const stage: Handlers<StageName> = {
  requestStage: ({ room, member }, wish) => {
    room.stage.request(member, wish);
    return {};
  },
  cancelStageRequest: ({ room, member }) => {
    room.stage.run({ type: 'cancelRequest', who: member.id });
    return {};
  },
  answerInvitation: ({ room, member }, { accept, soundOnly }) => {
    room.stage.run({ type: 'answer', who: member.id, accept, soundOnly });
    return {};
  },
  leaveStage: ({ room, participant }) => {
    room.stage.run({ type: 'comeDown', who: participant.id });
    return {};
  },
  approveStageRequest: ({ room }, { participantId, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.about({ type: 'approve', who: participantId });
    return {};
  },
  declineStageRequest: ({ room }, { participantId, reason, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.about({ type: 'decline', who: participantId, reason });
    return {};
  },
  inviteToStage: ({ room, participant }, { participantId, seat, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.invite(participantId, participant.id, seat);
    return {};
  },
  cancelInvitation: ({ room }, { participantId, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.about({ type: 'cancelInvitation', who: participantId });
    return {};
  },
  bringOnAir: ({ room }, { participantId, seat, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.about({ type: 'bringOnAir', who: participantId, seat });
    return {};
  },
  sendBackstage: ({ room, participant }, { participantId, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.moderation.sendBackstage(participant, participantId);
    return {};
  },
  takeDown: ({ room, participant }, { participantId, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.moderation.takeDown(participant, participantId);
    return {};
  },
  moveSeat: ({ room, participant }, { ifVersion, ...move }) => {
    room.stage.assertVersion(ifVersion);
    room.moderation.move(participant, move);
    return {};
  },
  setSeat: ({ room }, { seat, isLocked, isMicrophoneLocked, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    if (isLocked !== undefined) room.stage.run({ type: 'lockSeat', seat, isLocked });
    if (isMicrophoneLocked !== undefined) room.stage.run({ type: 'lockMicrophone', seat, isLocked: isMicrophoneLocked });
    return {};
  },
  setCoHost: ({ room, participant }, { participantId, isCoHost, ifVersion }) => {
    assertHost(participant);
    room.stage.assertVersion(ifVersion);
    room.stage.setCoHost(participantId, isCoHost);
    return {};
  },
  transferHost: ({ room, participant }, { participantId, ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.transferHost(participant, participantId);
    return {};
  },
  takeOverHost: ({ room, participant }, { ifVersion }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.takeOver(participant);
    return {};
  },
  listStreams: async ({ services }) => ({ streams: await services.seatableStreams.list() }),
  seatStream: async ({ room, services }, stream) => {
    const { title } = await services.seatableStreams.get(stream, 'host');
    return { participantId: room.streams.seat(stream, title).id };
  },
  setStage: ({ room }, { ifVersion, ...change }) => {
    room.stage.assertVersion(ifVersion);
    room.stage.run({ type: 'set', ...change });
    return {};
  },
};

function assertHost({ isHost }: Context['participant']): void {
  if (!isHost) throw new LianmaiError('FORBIDDEN', undefined, { message: 'Only a host can appoint co-hosts.' });
}
