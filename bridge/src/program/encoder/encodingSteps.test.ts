import { createLog } from '@lianmai/kit';
import { canvasOf, resolveProfile, SAMPLES_PER_TICK, X264Preset } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { findFfmpeg } from '../../media/ffmpeg/index.js';
import { Canvas } from '../compositor/index.js';
import { EncoderRun } from './EncoderRun.js';
import { stepsOf } from './encodingSteps.js';

const namesOf = (profile: Parameters<typeof stepsOf>[0]) => stepsOf(profile).map(({ preset, fps }) => `${preset} ${fps}`);

describe('the steps of an encoder', () => {
  it('are faster presets, then fewer pictures', () => {
    expect(namesOf({ preset: 'fast', encoder: 'x264' })).toEqual([
      ...['fast 30', 'veryfast 30', 'superfast 30', 'ultrafast 30'],
      ...['ultrafast 20', 'ultrafast 15'],
    ]);
    expect(namesOf({ preset: 'superfast', encoder: 'x264' })).toEqual(['superfast 30', 'ultrafast 30', 'ultrafast 20', 'ultrafast 15']);
    expect(namesOf({ preset: 'ultrafast', encoder: 'x264' })).toEqual(['ultrafast 30', 'ultrafast 20', 'ultrafast 15']);
    expect(namesOf({ preset: 'superfast', encoder: 'nvenc' })).toEqual(['superfast 30', 'superfast 20', 'superfast 15']);
  });

  it.each(X264Preset.options)('keep the configuration of %s, so that nobody has to change theirs', async (own) => {
    const profile = resolveProfile({ name: '480p', preset: own });
    const presets = [...new Set(stepsOf(profile).map(({ preset }) => preset))];
    const configs = [];
    for (const preset of presets) configs.push(await configOf(profile, preset));
    for (const config of configs) expect(config).toBe(configs[0]);
  });
});

/** The AVC configuration that an encoder announces, as hex. */
async function configOf(profile: ReturnType<typeof resolveProfile>, preset: EncoderRun['preset']): Promise<string> {
  let resolve: (config: string) => void = () => undefined;
  const config = new Promise<string>((done) => (resolve = done));
  const run = new EncoderRun({
    ffmpeg: await findFfmpeg(),
    profile,
    preset,
    log: createLog('test', 'silent'),
  });
  run.begin({ videoFrom: 0, audioFrom: 0 }, (tags) =>
    tags.forEach(({ tag }) => tag.kind === 'video' && tag.isConfig && resolve(tag.body.toString('hex'))),
  );
  const canvas = new Canvas(canvasOf(profile));
  for (let frame = 0; frame < 10; frame++) {
    run.writeFrame(frame, canvas.data.fill(16 * frame));
    run.writeAudio(Buffer.alloc(SAMPLES_PER_TICK * 4));
  }
  await config;
  await run.close('test');
  return config;
}
