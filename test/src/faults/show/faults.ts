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
  /** Busy: they hold on a machine that others use, too. */
  bounds: SomeFigures;
  /** Quiet: besides, they hold where nothing else runs. */
  aims?: SomeFigures;
  /** Whether it can be brought about here. */
  isPossible?(show: Show): boolean;
}

const BRIDGE = /bridge\/dist\/main\.js/;
const DECODER = /showinfo/;
const ENCODER = /libx264/;
const WORKER = /mediasoup-worker/;

/** Busy: anything may have to wait so long. */
const BUSY_MS = 3000;
const NOTHING_LOST = { seats: 0, chat: 0, splits: 0 };
/** A recording notes a wait as a gap although its media comes later. */
const RECORDING_GOES_ON = { recorded: 2 * BUSY_MS };
/** The program's own time shows nothing of a fault in its sound. Pictures may be left out. */
const PROGRAM_GOES_ON = {
  step: 68,
  still: BUSY_MS,
  connections: 0,
  program: BUSY_MS,
  flv: BUSY_MS,
  hls: 2 * BUSY_MS,
  ...RECORDING_GOES_ON,
};
const call = (ms: number) => ({ sound: ms, picture: ms });
const CALL_GOES_ON = call(BUSY_MS);
const ALL_GOES_ON = { ...CALL_GOES_ON, ...PROGRAM_GOES_ON, ...NOTHING_LOST };
/** Quiet: shorter than anybody minds. */
const QUIET_GOES_ON = { ...call(1000), program: 1000, flv: 1000, hls: 2000, recorded: 500 };
/** The call stops, and nothing else. */
const callBack = (ms: number) => ({ ...PROGRAM_GOES_ON, ...NOTHING_LOST, ...call(ms) });
/** The next thread goes on with the program where the last one stopped, so that destinations stay connected. */
const programBack = (ms: number) => ({ ...CALL_GOES_ON, ...NOTHING_LOST, step: 68, connections: 0, program: ms, flv: ms, hls: ms + 4000 });
/** A bridge takes its program, its viewers and its connections with it, and brings them back. */
const bridgeBack = (ms: number) => ({ ...CALL_GOES_ON, ...NOTHING_LOST, program: ms, flv: ms, hls: ms + 4000, connections: 1 });

/** Every fault, roughly from the least to the worst. A comment says when the product itself notices the fault; the rest is time to get going again. */
export const FAULTS: readonly Fault[] = [
  { title: 'none, for 5 s', inject: noFault(5), bounds: ALL_GOES_ON, aims: QUIET_GOES_ON },
  { title: 'every decoder killed', inject: kill(DECODER), bounds: ALL_GOES_ON, aims: QUIET_GOES_ON },
  { title: 'every decoder stopped', inject: stop(DECODER, 5), bounds: ALL_GOES_ON, aims: QUIET_GOES_ON },
  {
    title: 'encoder killed',
    inject: kill(ENCODER, 1),
    bounds: ALL_GOES_ON,
    aims: { ...QUIET_GOES_ON, program: 500, flv: 500, still: 500 },
  },
  {
    // After 0.7 s.
    title: 'encoder stopped, 5 s',
    inject: stop(ENCODER, 5, 1),
    bounds: ALL_GOES_ON,
    aims: { ...QUIET_GOES_ON, program: 1500, flv: 1500, still: 1000, recorded: 1500 },
  },
  {
    // After 8 s.
    title: 'RTMP target stops reading',
    inject: stopReading,
    bounds: { ...ALL_GOES_ON, told: 12_000 },
    aims: { ...QUIET_GOES_ON, told: 10_000 },
  },
  {
    title: 'RTMP target killed and back',
    inject: restartDestination,
    bounds: { ...ALL_GOES_ON, told: BUSY_MS },
    aims: { ...QUIET_GOES_ON, told: 1000 },
  },
  {
    title: 'clock back by 1 h',
    inject: stepClockBack,
    bounds: { ...ALL_GOES_ON, timeOfDay: 2 * BUSY_MS },
    aims: { ...QUIET_GOES_ON, timeOfDay: 3000 },
  },
  {
    // With the first write that fails. The recorder tries again every 10 s.
    title: 'disk full, 6 s',
    inject: fillDisk(6),
    bounds: { ...ALL_GOES_ON, told: 2 * BUSY_MS, recorded: 10_000 + 2 * BUSY_MS },
    aims: { ...QUIET_GOES_ON, told: 4000, recorded: 13_000 },
    isPossible: ({ disk }) => disk !== null,
  },
  { title: 'signalling of a guest away, 20 s', inject: signallingAway(20), bounds: ALL_GOES_ON, aims: QUIET_GOES_ON },
  { title: 'guest offline, 6 s', inject: guestOffline(6), bounds: callBack(12_000), aims: { ...QUIET_GOES_ON, ...call(8000) } },
  { title: 'a media worker killed', inject: kill(WORKER, 1), bounds: callBack(6000), aims: { ...QUIET_GOES_ON, ...call(3000) } },
  { title: 'all media workers killed', inject: kill(WORKER), bounds: callBack(6000), aims: { ...QUIET_GOES_ON, ...call(3000) } },
  // After 2 s.
  { title: 'a media worker stopped, 15 s', inject: stop(WORKER, 15, 1), bounds: callBack(8000), aims: { ...QUIET_GOES_ON, ...call(5000) } },
  { title: 'all media workers stopped, 15 s', inject: stop(WORKER, 15), bounds: callBack(8000), aims: { ...QUIET_GOES_ON, ...call(5000) } },
  // After 2 s.
  { title: 'program thread frozen, 15 s', inject: withSpareBridge(freezeProgram(15)), bounds: programBack(8000), aims: { program: 5000 } },
  // After 3 s.
  { title: 'bridge stopped, 5 s', inject: withSpareBridge(stop(BRIDGE, 5, 1)), bounds: bridgeBack(9000), aims: { program: 6000 } },
  { title: 'bridge stopped, 15 s', inject: withSpareBridge(stop(BRIDGE, 15, 1)), bounds: bridgeBack(9000), aims: { program: 6000 } },
  { title: 'bridge killed', inject: withSpareBridge(kill(BRIDGE, 1)), bounds: bridgeBack(6000), aims: { program: 3000, flv: 3000 } },
  { title: 'server asked to end', inject: endServer('SIGTERM'), bounds: callBack(20_000), aims: { ...QUIET_GOES_ON, ...call(10_000) } },
  { title: 'server killed', inject: endServer('SIGKILL'), bounds: callBack(20_000), aims: { ...QUIET_GOES_ON, ...call(10_000) } },
];
