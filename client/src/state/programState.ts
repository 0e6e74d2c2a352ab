import type { ProgramInfo } from '@lianmai/protocol';

/** The program has been live, lost its bridge or its server, and is being started again. */
export const isRestarting = (program: ProgramInfo | null): boolean => program?.state === 'starting' && program.liveSinceMs !== null;
