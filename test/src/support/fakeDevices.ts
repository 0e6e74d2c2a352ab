import { makeFixture } from './makeFixture.js';

/** Each person has one colour and one tone, to be recognised by. */
export const PEOPLE = {
  red: { colour: '0xc02020', frequency: 440 },
  green: { colour: '0x20a020', frequency: 660 },
  blue: { colour: '0x2030c0', frequency: 880 },
  yellow: { colour: '0xc0b020', frequency: 1100 },
} as const;
export type Person = keyof typeof PEOPLE;

/**
 * A camera for Chromium's fake device: one colour with a moving white square, so that a frozen picture is noticed. Uncompressed and 15 frames a second, because
 * three browsers, the SFU and the program share two cores in these tests.
 */
export function camera(person: Person, width = 640, height = 360): Promise<string> {
  const { colour } = PEOPLE[person];
  return makeFixture(
    `${person}-${width}x${height}.y4m`,
    ...['-f', 'lavfi', '-i', `color=c=${colour}:s=${width}x${height}:r=15:d=4`],
    ...['-f', 'lavfi', '-i', `color=c=white:s=24x24:r=15:d=4`],
    ...['-filter_complex', `[0][1]overlay=x='mod(t*${width / 4}\\,${width})':y=H-60`, '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe'],
  );
}

/** A camera whose pictures need more bits than a poor network has: motion and grain everywhere. */
export function detailedCamera(): Promise<string> {
  const picture = 'testsrc2=size=640x360:rate=15:duration=4,noise=alls=20:allf=t';
  return makeFixture('detailed-640x360.y4m', '-f', 'lavfi', '-i', picture, '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe');
}

/** A microphone for Chromium's fake device: a steady tone. */
export function microphone(person: Person): Promise<string> {
  return makeFixture(
    `${person}.wav`,
    '-f',
    'lavfi',
    '-i',
    `sine=frequency=${PEOPLE[person].frequency}:sample_rate=48000:duration=10`,
    '-af',
    'volume=2',
    '-ac',
    '1',
    '-c:a',
    'pcm_s16le',
    '-f',
    'wav',
  );
}

/** Every 2 s, a flash of 100 ms in a dark picture and, at the same time, a beep in silence. */
export const BEEP_HZ = 1000;
export async function flashAndBeep(): Promise<{ camera: string; microphone: string }> {
  const isOn = 'lt(mod(t+1\\,2)\\,0.1)';
  return {
    camera: await makeFixture(
      'flash.mjpeg',
      '-f',
      'lavfi',
      '-i',
      `color=c=0x203020:s=640x360:r=30:d=4,drawbox=c=white:t=fill:enable='${isOn}'`,
      '-c:v',
      'mjpeg',
      '-q:v',
      '4',
      '-f',
      'mjpeg',
    ),
    microphone: await makeFixture(
      'beep.wav',
      '-f',
      'lavfi',
      '-i',
      `aevalsrc='0.6*sin(2*PI*${BEEP_HZ}*t)*${isOn}':s=48000:d=4`,
      '-ac',
      '1',
      '-c:a',
      'pcm_s16le',
      '-f',
      'wav',
    ),
  };
}
