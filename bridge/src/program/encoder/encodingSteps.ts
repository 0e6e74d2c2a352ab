import { FPS, type Profile } from '@lianmai/protocol';

type X264Preset = Profile['preset'];

/** The demands on the encoder: a profile's own settings, or less while the machine is too slow for them. Size and bitrate stay. */
export interface EncodingStep {
  preset: X264Preset;
  /** 30, 20 or 15 pictures a second. */
  fps: number;
}

/** From the heaviest to the lightest; the presets between cost about as much as their neighbours. */
const LIGHTER: readonly X264Preset[] = ['veryfast', 'superfast', 'ultrafast'];
const HEAVIEST_FIRST: readonly X264Preset[] = ['medium', 'fast', 'faster', ...LIGHTER];
const LOWER_FPS = [20, 15];

/** The profile's own settings, then ever lighter ones: faster presets first, because viewers hardly see them, then fewer pictures. */
export function stepsOf({ preset, encoder }: Pick<Profile, 'preset' | 'encoder'>): readonly [EncodingStep, ...EncodingStep[]] {
  const faster = LIGHTER.filter((one) => HEAVIEST_FIRST.indexOf(one) > HEAVIEST_FIRST.indexOf(preset));
  // Other encoders have no such presets, and cost the CPU only what each picture costs.
  const presets = encoder === 'x264' ? faster : [];
  const lightest = presets.at(-1) ?? preset;
  return [
    { preset, fps: FPS },
    ...presets.map((one) => ({ preset: one, fps: FPS })),
    ...LOWER_FPS.map((fps) => ({ preset: lightest, fps })),
  ];
}

/** Reference frames of each preset, which SPS and PPS name. */
const REFERENCES: Readonly<Record<X264Preset, number>> = { ultrafast: 1, superfast: 1, veryfast: 1, faster: 2, fast: 2, medium: 3 };
/** Psychovisual optimisation shifts the quantiser of chroma, which the PPS names. */
const SHIFTS_CHROMA: ReadonlySet<X264Preset> = new Set(['fast', 'medium']);

/**
 * x264 options that give a lighter preset the SPS and PPS of the profile's own, so that no player or destination has to change its configuration in
 * mid-stream. Empty for that preset itself.
 */
export function sameHeaders(own: X264Preset, preset: X264Preset): string[] {
  if (preset === own) return [];
  const options = [
    ...(preset === 'ultrafast' ? ['cabac=1', '8x8dct=1', 'weightp=1'] : []),
    ...(REFERENCES[own] === REFERENCES[preset] ? [] : [`ref=${REFERENCES[own]}`]),
    ...(SHIFTS_CHROMA.has(own) && !SHIFTS_CHROMA.has(preset) ? ['chroma-qp-offset=-2'] : []),
  ];
  return options.length > 0 ? ['-x264-params', options.join(':')] : [];
}
