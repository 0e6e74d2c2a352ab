import { LianmaiError, MAX_ASSET_BYTES, type AssetId } from '@lianmai/protocol';
import { randomId, type RoomActions } from '../state';
import type { Request } from './SignallingSocket';

/** What only the media side or the page's own state can do. */
export type LocalActions = Pick<
  RoomActions,
  'leave' | 'setMic' | 'setCamera' | 'setScreen' | 'chooseDevice' | 'allowSound' | 'setTileSize' | 'dismissNotice'
>;

/** Going live waits for encoder and destinations. */
const LIVE_TIMEOUT_MS = 20_000;
const UPLOAD_TIMEOUT_MS = 60_000;
const IMAGE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];

/** Everything the room page can do: what is a plain request stands here in one line each. */
export function createRoomActions(request: Request, patiently: Request, own: LocalActions): RoomActions {
  const ask = async (...call: Parameters<Request>): Promise<void> => void (await request(...call));
  return {
    ...own,
    // A message must not be lost to a reconnect; its nonce makes the repetition harmless.
    sendChat: async (text) => void (await patiently('sendChat', { text, nonce: randomId() })),
    requestStage: () => ask('requestStage', {}),
    cancelStageRequest: () => ask('cancelStageRequest', {}),
    answerInvitation: (accept) => ask('answerInvitation', { accept }),
    leaveStage: () => ask('leaveStage', {}),
    approve: (participantId) => ask('approveStageRequest', { participantId }),
    decline: (participantId) => ask('declineStageRequest', { participantId }),
    invite: (participantId) => ask('inviteToStage', { participantId }),
    cancelInvitation: (participantId) => ask('cancelInvitation', { participantId }),
    takeDown: (participantId) => ask('takeDown', { participantId }),
    listStreams: async () => (await request('listStreams', {})).streams,
    seatStream: ({ app, name }) => ask('seatStream', { app, name }),
    setStage: (options) => ask('setStage', options),
    mute: (participantId, source) => ask('muteParticipant', { participantId, source }),
    askToUnmute: (participantId) => ask('askToUnmute', { participantId }),
    remove: (participantId) => ask('removeParticipant', { participantId }),
    lock: (locked) => ask('lockRoom', { locked }),
    startLive: (options) => ask('startLive', options, { timeoutMs: LIVE_TIMEOUT_MS }),
    stopLive: () => ask('stopLive', {}, { timeoutMs: LIVE_TIMEOUT_MS }),
    setScene: (scene) => ask('updateLive', { scene }),
    setMix: (mix) => ask('updateLive', { mix }),
    addOutput: (output) => ask('addOutput', output, { timeoutMs: LIVE_TIMEOUT_MS }),
    removeOutput: (outputId) => ask('removeOutput', { outputId }, { timeoutMs: LIVE_TIMEOUT_MS }),
    retryOutput: (outputId) => ask('retryOutput', { outputId }),
    uploadAsset: (file) => uploadAsset(request, file),
  };
}

async function uploadAsset(request: Request, file: File): Promise<AssetId> {
  if (file.size > MAX_ASSET_BYTES) throw new LianmaiError('TOO_LARGE', { maxBytes: MAX_ASSET_BYTES });
  if (!IMAGE_TYPES.includes(file.type)) throw new LianmaiError('UNSUPPORTED', { expected: IMAGE_TYPES });
  const bytes = new Uint8Array(await file.arrayBuffer());
  return (await request('uploadAsset', { bytes }, { timeoutMs: UPLOAD_TIMEOUT_MS })).assetId;
}
