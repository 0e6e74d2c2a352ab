import type { LogLevel } from '@lianmai/kit';
import type { Degradation, Levels, ProgramId, ProgramStats, Profile, RtpTrack, SourceId, WireError } from '@lianmai/protocol';
import type { RenderedScene } from './compositor/index.js';
import type { Ffmpeg } from '../media/ffmpeg/index.js';

/** Turns an idle thread into the thread of a program. */
export interface ThreadJob {
  programId: ProgramId;
  profile: Profile;
  ffmpeg: Ffmpeg;
  /** Where RTP is received; port 0 means any. A restarted thread gets the port of its predecessor. */
  rtp: { ip: string; port: number };
  /** First frame on the program's timeline: 0, or where the predecessor stopped. */
  firstFrame: number;
  /** When time 0 of the program's timeline was, on the monotonic clock, ms; null: it has not begun. */
  originMs: number | null;
  logLevel: LogLevel;
}

/** Main → thread. */
export type ToThread =
  /** The first message, sent once. */
  | { kind: 'start'; job: ThreadJob }
  | { kind: 'setScene'; requestId: number; scene: RenderedScene; sources: SourceId[] }
  | { kind: 'attachTrack'; track: RtpTrack }
  | { kind: 'detachTrack'; trackId: string }
  | { kind: 'close'; reason: string };

/** Measurements a thread makes about itself. SharedCpuUsage adds the process-wide part of the CPU. */
export type ThreadStats = Omit<ProgramStats, 'cpu'> & {
  cpu: { decoders: number; thread: number; encoder: number };
  degraded: Degradation | null;
};

/** Thread → main. Encoded media comes 30 times a second, packed, as a message of its own. */
export type FromThread =
  | ArrayBuffer
  /** Sent once, by an idle thread. */
  | { kind: 'loaded' }
  /** `tid` is the kernel's id of the thread, where it can be known. */
  | { kind: 'ready'; rtp: { ip: string; port: number }; tid: number | undefined }
  /** Comes twice a second from a thread that is ready. */
  | { kind: 'alive' }
  | { kind: 'sceneSet'; requestId: number; ptsMs: number }
  | { kind: 'keyFrameNeeded'; trackId: string }
  | { kind: 'begun'; originMs: number }
  | { kind: 'levels'; levels: Levels }
  | { kind: 'stats'; stats: ThreadStats }
  | { kind: 'failed'; error: WireError; cause: string }
  | { kind: 'closed' };
