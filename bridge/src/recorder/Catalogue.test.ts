import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Recording } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg/index.js';
import { Catalogue, recordingFormats } from './index.js';

const RECORDING: Recording = {
  ...{ id: '20260101T120000Z-abc', app: 'live', name: 'room', format: 'flv', state: 'recording', reason: null },
  ...{ startedAtMs: 1_767_268_800_000, durationMs: 0, bytes: 0, gaps: [] },
};

describe('the metadata of recordings', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'lianmai-catalogue-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('that a full disk has not taken is saved once there is room, so that a recording which failed is no torn one later', async () => {
    const formats = recordingFormats(await findFfmpeg());
    const catalogue = await Catalogue.open(dir, formats);
    const { base } = await catalogue.place(RECORDING, RECORDING.startedAtMs);
    await catalogue.keep(RECORDING);
    // A folder in its place keeps it from being written as a full disk does.
    const obstacle = path.join(path.dirname(base), `${RECORDING.id}.json.tmp`);
    await mkdir(obstacle);
    const failed: Recording = { ...RECORDING, state: 'failed', reason: { code: 'DISK_FULL', message: 'full' } };
    await expect(catalogue.keep(failed)).rejects.toThrow();
    await catalogue.saveEnded();
    expect((await Catalogue.open(dir, formats)).get(RECORDING.id)?.state).toBe('recording');
    await rmdir(obstacle);
    await catalogue.saveEnded();
    expect((await Catalogue.open(dir, formats)).get(RECORDING.id)).toEqual(failed);
  });
});
