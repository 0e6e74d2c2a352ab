import { LianmaiError, type ProgramInfo } from '@lianmai/protocol';
import type { ProgramControl } from '../contract.js';
import { BY_API, camera } from './FakeRoom.js';
import { setUpPrograms, type SetUpOptions } from './setUpPrograms.js';

export const KEY = 'stream-key-of-ann';
export const RTMP = { kind: 'rtmp', url: `rtmp://cdn.example.org/app/${KEY}` };

/** Starts a program with Ann and Bob on stage. */
export async function onAir(options: SetUpOptions = {}) {
  const all = await setUpPrograms(options);
  const bridge = await all.connect();
  all.room.sources = [camera('ann'), camera('bob')];
  await all.control.start({ outputs: [RTMP] }, BY_API);
  const { programId, outputs } = await bridge.request('startProgram');
  bridge.goLive(programId);
  await until(all.control, ({ state }) => state === 'live');
  const [output] = outputs;
  if (!output) throw new Error('the output was not passed on');
  return { ...all, bridge, programId, outputId: output.id };
}

/** Resolves with the first matching info, now or later. */
export function until(control: ProgramControl, fits: (info: ProgramInfo) => boolean): Promise<ProgramInfo> {
  return new Promise((resolve) => {
    const look = (info: ProgramInfo | null) => {
      if (!info || !fits(info)) return;
      control.off('changed', look);
      resolve(info);
    };
    control.on('changed', look);
    look(control.info);
  });
}

export const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof LianmaiError ? error.code : String(error)),
  );
