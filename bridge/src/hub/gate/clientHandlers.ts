import type { StreamRef } from '@lianmai/protocol';
import type { BridgeHandlers } from '../../runtime/control/index.js';
import type { StreamHub } from '../stream/index.js';
import type { Gate } from './Gate.js';

interface ClientHandlersParts {
  gate: Gate;
  hub: StreamHub;
  /** Deletes the HLS playlists and the DVR window that outlive the stream. */
  forget: (stream: StreamRef) => Promise<void>;
}

/** Handles the server's requests about a stream's publisher and players. */
export const clientHandlers = ({ gate, hub, forget }: ClientHandlersParts): Pick<BridgeHandlers, 'readClients' | 'kick'> => ({
  readClients: (stream) => Promise.resolve({ clients: gate.clients(stream) }),
  async kick({ clientId, forget: isForgotten, ...stream }) {
    const kicked = gate.kick(stream, clientId);
    if (isForgotten) {
      hub.end(stream, 'it was deleted');
      await forget(stream);
    }
    return { kicked };
  },
});
