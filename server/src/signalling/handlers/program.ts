import type { Handlers } from '../contract.js';

export const program: Handlers<'startLive' | 'updateLive' | 'stopLive' | 'addOutput' | 'removeOutput' | 'retryOutput' | 'uploadAsset'> = {
  startLive: ({ room, participant }, request) => room.program.start(request, participant.grants),
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
  uploadAsset: async ({ services }, { bytes }) => ({ assetId: await services.saveAsset(bytes) }),
};
