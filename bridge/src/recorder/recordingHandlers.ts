import path from 'node:path';
import { LianmaiError, type Recording } from '@lianmai/protocol';
import type { BridgeHandlers } from '../runtime/control/index.js';
import type { Catalogue } from './Catalogue.js';

type RecordingHandlers = Pick<BridgeHandlers, 'listRecordings' | 'readRecording' | 'deleteRecording'>;

/** The server's requests to the catalogue. */
export const recordingHandlers = (catalogue: Catalogue): RecordingHandlers => ({
  listRecordings: (filter) => Promise.resolve({ recordings: catalogue.list(filter) }),
  async readRecording({ id }) {
    const recording = await Promise.resolve(get(catalogue, id));
    return { ...recording, file: path.basename(catalogue.pathOf(recording)) };
  },
  async deleteRecording({ id }) {
    const recording = get(catalogue, id);
    if (recording.state === 'recording')
      throw new LianmaiError('WRONG_STATE', undefined, { message: 'The recording is in progress. End the stream or its recording first.' });
    await catalogue.delete(recording);
    return {};
  },
});

function get(catalogue: Catalogue, id: string): Recording {
  const recording = catalogue.get(id);
  if (!recording) throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such recording.' });
  return recording;
}
