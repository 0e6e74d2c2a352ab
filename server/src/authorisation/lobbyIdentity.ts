import { Identity } from '@lianmai/protocol';

const PREFIX = 'lobby:';

/** Somebody whom the open lobby let in: known by what their browser keeps. */
export const lobbyIdentity = (deviceId: string): Identity => Identity.parse(`${PREFIX}${deviceId}`);
export const isFromLobby = (identity: Identity): boolean => identity.startsWith(PREFIX);
