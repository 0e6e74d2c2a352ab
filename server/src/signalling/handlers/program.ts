import type { Handlers } from '../contract.js';

export const live: Handlers<'startLive' | 'updateLive' | 'stopLive' | 'addOutput' | 'removeOutput' | 'retryOutput' | 'uploadAsset'> = {
  startLive: ({ room }, request) => room.live.start(request),
  updateLive: ({ room }, change) => room.live.update(change),
  stopLive: async ({ room }) => {
    await room.live.stop();
    return {};
  },
  addOutput: ({ room }, request) => room.live.addOutput(request),
  removeOutput: async ({ room }, { outputId }) => {
    await room.live.removeOutput(outputId);
    return {};
  },
  retryOutput: async ({ room }, { outputId }) => {
    await room.live.retryOutput(outputId);
    return {};
  },
  uploadAsset: async ({ services }, { bytes }) => ({ assetId: await services.saveAsset(bytes) }),
};
