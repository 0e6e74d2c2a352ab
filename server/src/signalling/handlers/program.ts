import { isFromLobby } from '../../authorisation/index.js';
import type { Handlers } from '../contract.js';

export const program: Handlers<'startLive' | 'updateLive' | 'stopLive' | 'addOutput' | 'removeOutput' | 'retryOutput' | 'uploadAsset'> = {
  startLive: ({ room, participant, connection }, request) =>
    room.program.start(request, {
      liveAsStream: participant.grants.liveAsStream,
      isAnonymous: isFromLobby(participant.identity),
      network: connection.network,
    }),
  updateLive: ({ room }, change) => room.program.update(change),
  stopLive: async ({ room }) => {
    await room.program.running().stop();
    return {};
  },
  addOutput: ({ room }, request) => room.program.running().addOutput(request),
  removeOutput: async ({ room }, { outputId }) => {
    await room.program.running().removeOutput(outputId);
    return {};
  },
  retryOutput: async ({ room }, { outputId }) => {
    await room.program.running().retryOutput(outputId);
    return {};
  },
  uploadAsset: async ({ services, room }, { bytes }) => ({ assetId: await services.saveAsset(bytes, room.id) }),
};
