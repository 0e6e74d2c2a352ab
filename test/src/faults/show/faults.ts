import type { SomeFigures } from './figures.js';
import {
  endServer,
  fillDisk,
  freezeProgram,
  guestOffline,
  kill,
  noFault,
  restartDestination,
  signallingAway,
  stepClockBack,
  stop,
  stopReading,
  withSpareBridge,
} from './injections.js';
import type { Inject } from './measure.js';
import type { Show } from './Show.js';

export interface Fault {
  title: string;
  inject: Inject;
  /** Must hold however busy the machine is. */
  bounds: SomeFigures;
  /** Must hold on a quiet one, besides. */
  aims?: SomeFigures;
  /** Whether it can be brought about here. */
  isPossible?(show: Show): boolean;
}

const BRIDGE = /bridge\/dist\/main\.js/;
const DECODER = /showinfo/;
const ENCODER = /libx264/;
const WORKER = /mediasoup-worker/;

/** A busy machine may keep anything waiting for so long, and a recording notes such a wait as a gap although its media comes later. */
const BUSY_MS = 5000;
const NOTHING_LOST = { seats: 0, chat: 0, splits: 0 };
const CALL_GOES_ON = { sound: BUSY_MS, picture: BUSY_MS };
/** The program's own time shows nothing of a fault in its sound. Pictures may be left out. */
const PROGRAM_GOES_ON = {
  step: 68,
  still: BUSY_MS,
  connections: 0,
  program: BUSY_MS,
  flv: BUSY_MS,
  hls: 2 * BUSY_MS,
  recorded: 3 * BUSY_MS,
};
const ALL_GOES_ON = { ...CALL_GOES_ON, ...PROGRAM_GOES_ON, ...NOTHING_LOST };
const CALL_BACK = { sound: 12_000, picture: 12_000, ...PROGRAM_GOES_ON, ...NOTHING_LOST };
/** A bridge takes its program, its viewers and its connections with it, and brings them back. */
const bridgeBack = (ms: number) => ({ ...CALL_GOES_ON, ...NOTHING_LOST, program: ms, flv: ms, hls: ms + 4000, connections: 1 });

/** Every fault, roughly from the least to the worst. */
export const FAULTS: readonly Fault[] = [
  { title: 'none, for 5 s', inject: noFault(5), bounds: ALL_GOES_ON },
  { title: 'every decoder killed', inject: kill(DECODER), bounds: ALL_GOES_ON },
  { title: 'every decoder stopped', inject: stop(DECODER, 5), bounds: ALL_GOES_ON },
  { title: 'encoder killed', inject: kill(ENCODER, 1), bounds: ALL_GOES_ON, aims: { program: 500, flv: 500, still: 500 } },
  { title: 'encoder stopped, 5 s', inject: stop(ENCODER, 5, 1), bounds: ALL_GOES_ON, aims: { program: 1500, flv: 1500, still: 1000 } },
  { title: 'RTMP target stops reading', inject: stopReading, bounds: { ...ALL_GOES_ON, told: 14_000 }, aims: { told: 10_000 } },
  { title: 'RTMP target killed and back', inject: restartDestination, bounds: { ...ALL_GOES_ON, told: 5000 } },
  { title: 'clock back by 1 h', inject: stepClockBack, bounds: { ...ALL_GOES_ON, timeOfDay: 10_000 } },
  {
    title: 'disk full, 6 s',
    inject: fillDisk(6),
    bounds: ALL_GOES_ON,
    isPossible: ({ disk }) => disk !== null,
  },
  { title: 'signalling of a guest away, 20 s', inject: signallingAway(20), bounds: ALL_GOES_ON },
  { title: 'guest offline, 6 s', inject: guestOffline(6), bounds: CALL_BACK, aims: { sound: 8000, picture: 8000 } },
  { title: 'a media worker killed', inject: kill(WORKER, 1), bounds: CALL_BACK, aims: { sound: 3000, picture: 3000 } },
  { title: 'all media workers killed', inject: kill(WORKER), bounds: CALL_BACK, aims: { sound: 3000, picture: 3000 } },
  { title: 'a media worker stopped, 15 s', inject: stop(WORKER, 15, 1), bounds: CALL_BACK, aims: { sound: 5000, picture: 5000 } },
  { title: 'all media workers stopped, 15 s', inject: stop(WORKER, 15), bounds: CALL_BACK, aims: { sound: 5000, picture: 5000 } },
  { title: 'program thread frozen, 15 s', inject: withSpareBridge(freezeProgram(15)), bounds: bridgeBack(9000), aims: { program: 6000 } },
  { title: 'bridge stopped, 5 s', inject: withSpareBridge(stop(BRIDGE, 5, 1)), bounds: bridgeBack(9000), aims: { program: 6000 } },
  { title: 'bridge stopped, 15 s', inject: withSpareBridge(stop(BRIDGE, 15, 1)), bounds: bridgeBack(9000), aims: { program: 6000 } },
  { title: 'bridge killed', inject: withSpareBridge(kill(BRIDGE, 1)), bounds: bridgeBack(6000), aims: { program: 3000, flv: 3000 } },
  { title: 'server asked to end', inject: endServer('SIGTERM'), bounds: { ...CALL_BACK, sound: 30_000, picture: 30_000 } },
  { title: 'server killed', inject: endServer('SIGKILL'), bounds: { ...CALL_BACK, sound: 30_000, picture: 30_000 } },
];
