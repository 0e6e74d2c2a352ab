import { LianmaiError, MAX_ASSET_BYTES, type AssetId } from '@lianmai/protocol';
import { randomId, type RoomActions } from '../state';
import type { Request } from './SignallingSocket';

/** Actions that only the media or the page's own state can carry out. */
type LocalActions = Pick<
  RoomActions,
  'leave' | 'setMic' | 'setCamera' | 'setScreen' | 'chooseDevice' | 'allowSound' | 'setTileSize' | 'dismissNotice'
>;

/** Going live waits for the encoder and the destinations. */
const LIVE_TIMEOUT_MS = 20_000;
const UPLOAD_TIMEOUT_MS = 60_000;
const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];

/** Every action of the room page. Plain requests take one line each. */
export function createRoomActions(request: Request, requestWithRetry: Request, own: LocalActions): RoomActions {
  const send = async (...call: Parameters<Request>): Promise<void> => {
    await request(...call);
  };
  return {
    ...own,
    // A message must survive a reconnect. Its nonce makes repeating it harmless.
    sendChat: async (text) => {
      await requestWithRetry('sendChat', { text, nonce: randomId() });
    },
    deleteChat: (messageId) => send('deleteChat', { messageId }),
    pinChat: (messageId) => send('pinChat', { messageId }),
    muteChat: (participantId, forMs) => send('muteChat', { participantId, forMs }),
    unmuteChat: (participantId) => send('unmuteChat', { participantId }),
    setChat: (options) => send('setChat', options),
    requestStage: () => send('requestStage', {}),
    cancelStageRequest: () => send('cancelStageRequest', {}),
    answerInvitation: (accept) => send('answerInvitation', { accept }),
    leaveStage: () => send('leaveStage', {}),
    approve: (participantId) => send('approveStageRequest', { participantId }),
    decline: (participantId) => send('declineStageRequest', { participantId }),
    invite: (participantId) => send('inviteToStage', { participantId }),
    cancelInvitation: (participantId) => send('cancelInvitation', { participantId }),
    bringOnAir: (participantId) => send('bringOnAir', { participantId }),
    sendBackstage: (participantId) => send('sendBackstage', { participantId }),
    takeDown: (participantId) => send('takeDown', { participantId }),
    listStreams: async () => (await request('listStreams', {})).streams,
    seatStream: ({ app, name }) => send('seatStream', { app, name }),
    setStage: (options) => send('setStage', options),
    mute: (participantId, source) => send('muteParticipant', { participantId, source }),
    askToUnmute: (participantId) => send('askToUnmute', { participantId }),
    remove: (participantId) => send('removeParticipant', { participantId }),
    lock: (locked) => send('lockRoom', { locked }),
    startLive: (options) => send('startLive', options, { timeoutMs: LIVE_TIMEOUT_MS }),
    stopLive: () => send('stopLive', {}, { timeoutMs: LIVE_TIMEOUT_MS }),
    setScene: (scene) => send('updateLive', { scene }),
    setMix: (mix) => send('updateLive', { mix }),
    addOutput: (output) => send('addOutput', output, { timeoutMs: LIVE_TIMEOUT_MS }),
    removeOutput: (outputId) => send('removeOutput', { outputId }, { timeoutMs: LIVE_TIMEOUT_MS }),
    retryOutput: (outputId) => send('retryOutput', { outputId }),
    uploadAsset: (file) => uploadAsset(request, file),
  };
}

async function uploadAsset(request: Request, file: File): Promise<AssetId> {
  if (file.size > MAX_ASSET_BYTES) throw new LianmaiError('TOO_LARGE', { maxBytes: MAX_ASSET_BYTES });
  if (!IMAGE_TYPES.includes(file.type)) throw new LianmaiError('UNSUPPORTED', { expected: IMAGE_TYPES });
  const bytes = new Uint8Array(await file.arrayBuffer());
  return (await request('uploadAsset', { bytes }, { timeoutMs: UPLOAD_TIMEOUT_MS })).assetId;
}
