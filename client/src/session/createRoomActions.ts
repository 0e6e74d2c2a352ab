import { LianmaiError, MAX_ASSET_BYTES, type AssetId } from '@lianmai/protocol';
import { randomId, type RoomActions } from '../state';
import type { Request } from './SignallingSocket';

/** Actions that only the media or the page's own state can carry out. */
type LocalActions = Pick<
  RoomActions,
  'leave' | 'setMic' | 'setCamera' | 'setScreen' | 'chooseDevice' | 'allowSound' | 'prepare' | 'setTileSize' | 'dismissNotice'
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
  /** A decision of somebody that a lost connection must not undo. */
  const decide = async (...call: Parameters<Request>): Promise<void> => {
    await requestWithRetry(...call);
  };
  return {
    ...own,
    // A message must survive a reconnect. Its nonce makes repeating it harmless.
    sendChat: async (text) => {
      await requestWithRetry('sendChat', { text, nonce: randomId() });
    },
    deleteChat: (messageId) => decide('deleteChat', { messageId }),
    pinChat: (messageId) => decide('pinChat', { messageId }),
    muteChat: (participantId, forMs) => decide('muteChat', { participantId, forMs }),
    unmuteChat: (participantId) => decide('unmuteChat', { participantId }),
    setChat: (options) => decide('setChat', options),
    requestStage: (wish = {}) => decide('requestStage', wish),
    cancelStageRequest: () => decide('cancelStageRequest', {}),
    answerInvitation: (accept, soundOnly) => decide('answerInvitation', { accept, soundOnly }),
    leaveStage: () => decide('leaveStage', {}),
    approve: (participantId) => decide('approveStageRequest', { participantId }),
    decline: (participantId, reason) => decide('declineStageRequest', { participantId, reason }),
    invite: (participantId) => decide('inviteToStage', { participantId }),
    cancelInvitation: (participantId) => decide('cancelInvitation', { participantId }),
    bringOnAir: (participantId, seat) => decide('bringOnAir', { participantId, seat }),
    sendBackstage: (participantId) => decide('sendBackstage', { participantId }),
    takeDown: (participantId) => decide('takeDown', { participantId }),
    moveSeat: (participantId, seat) => decide('moveSeat', { participantId, seat }),
    setSeat: (seat, change) => decide('setSeat', { seat, ...change }),
    setCoHost: (participantId, isCoHost) => decide('setCoHost', { participantId, isCoHost }),
    transferHost: (participantId) => decide('transferHost', { participantId }),
    takeOverHost: () => decide('takeOverHost', {}),
    listAudience: (query) => request('listAudience', query),
    listStreams: async () => (await request('listStreams', {})).streams,
    seatStream: ({ app, name }) => decide('seatStream', { app, name }),
    setStage: (options) => decide('setStage', options),
    mute: (participantId, source) => decide('muteParticipant', { participantId, source }),
    askToUnmute: (participantId) => decide('askToUnmute', { participantId }),
    remove: (participantId) => decide('removeParticipant', { participantId }),
    lock: (locked) => decide('lockRoom', { locked }),
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
