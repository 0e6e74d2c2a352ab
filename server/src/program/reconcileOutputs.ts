import type { Log } from '@lianmai/kit';
import { LianmaiError, toLianmaiError, type OutputId } from '@lianmai/protocol';
import type { ProgramOutputs } from './ProgramOutputs.js';
import type { ProgramRun } from './ProgramRun.js';

/** Outputs that came and went while a bridge was starting: it was `given` those of before, and would send on to one that was removed. Never rejects. */
export async function reconcileOutputs(
  outputs: ProgramOutputs,
  run: ProgramRun,
  given: readonly { id: OutputId }[],
  log: Log,
): Promise<void> {
  const now = outputs.requests;
  const added = now.filter(({ id }) => !given.some((one) => one.id === id));
  const removed = given.filter(({ id }) => !now.some((one) => one.id === id));
  const add = async ({ id, request }: (typeof now)[number]) => {
    try {
      outputs.update(await run.request('addOutput', { id, request }));
    } catch (error) {
      outputs.fail(id, toLianmaiError(error));
    }
  };
  const remove = async ({ id }: { id: OutputId }) => {
    await run.request('removeOutput', { id }).catch((error: unknown) => {
      if (!isUnknown(error)) log.warn({ output: id, err: error }, 'an output could not be removed');
    });
  };
  await Promise.all([...added.map(add), ...removed.map(remove)]);
}

/** An output that the bridge does not know is as good as removed. */
export const isUnknown = (error: unknown): boolean => error instanceof LianmaiError && error.code === 'NOT_FOUND';
