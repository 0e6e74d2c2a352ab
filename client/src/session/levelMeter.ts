/** A bar's length, 0..1: 0 at -60 dBFS and below, 1 at full scale. */
export type LevelListener = (level: number) => void;

const FLOOR_DB = -60;
/** 25 readings a second look smooth and cost nothing. */
const EVERY_MS = 40;

export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

let shared: AudioContext | null = null;

/** Shared by all meters, because browsers allow only a few contexts. It stays suspended until the first click. */
function audioContext(): AudioContext {
  shared ??= new AudioContext();
  if (shared.state === 'suspended') void shared.resume().catch(() => undefined);
  return shared;
}

/** Measures a track's loudness until the returned function is called. */
export function meterLevel(track: MediaStreamTrack, listener: LevelListener): () => void {
  const context = audioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
    analyser.getFloatTimeDomainData(samples);
    listener(levelOf(samples));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}
