import { describe, expect, it } from 'vitest';
import { floorArguments, type FloorJob } from './floorCommand.js';

const ENCODER =
  'ffmpeg -v warning -f rawvideo -i pipe:3 -f s16le -i pipe:4 -map 0:v -map 1:a -c:v libx264 -threads:v 1 -c:a aac -f flv pipe:5'.split(
    ' ',
  );
const DECODER =
  "ffmpeg -v info -filter_threads 1 -threads 1 -flags low_delay -probesize 32 -f ivf -i unix:/in -map 0:v -vf scale@tile=w='min(1,2)':h=-2,format=yuv420p,showinfo=checksum=0 -f rawvideo pipe:3".split(
    ' ',
  );
const CANVAS = { width: 1280, height: 720 };

const jobOf = (tiles: FloorJob['tiles']): FloorJob => ({
  commands: { encoder: ENCODER, decoders: tiles.map(() => DECODER) },
  clips: tiles.map((_, index) => `/clip-${index}.webm`),
  tiles,
  canvas: CANVAS,
});

describe("the floor's command", () => {
  it('is paced and has the options of the decoder and of the encoder', () => {
    expect(floorArguments(jobOf([{ x: 0, y: 0, ...CANVAS }])).join(' ')).toBe(
      '-nostdin -y -hide_banner -v error -filter_complex_threads 1 -re -stream_loop -1 -threads 1 -flags low_delay -i /clip-0.webm ' +
        "-filter_complex [0:v]scale=w='min(1,2)':h=-2,format=yuv420p,crop=1280:720[v];[0:a]anull[a] -map [v] -map [a] " +
        '-c:v libx264 -threads:v 1 -c:a aac -f flv /dev/null',
    );
  });

  it('puts several people where the program shows them, and mixes them', () => {
    const half = { y: 0, width: 638, height: 720 };
    const graph = floorArguments(jobOf([{ x: 0, ...half }, { x: 642, ...half }])).find((one) => one.includes('xstack')); // prettier-ignore
    expect(graph).toContain(
      'crop=638:720[v1];[v0][v1]xstack=inputs=2:layout=0_0|642_0:fill=black[v];[0:a][1:a]amix=inputs=2:normalize=0[a]',
    );
  });

  it('fills up a canvas that the tiles do not cover', () => {
    const graph = (...tiles: FloorJob['tiles']) => floorArguments(jobOf(tiles)).find((one) => one.includes('crop'));
    const tile = { x: 10, y: 20, width: 640, height: 360 };
    expect(graph(tile)).toContain(',crop=640:360,pad=1280:720:10:20[v]');
    expect(graph(tile, { ...tile, x: 650 })).toContain(':fill=black,pad=1280:720:0:0[v]');
  });

  it('is rejected when a clip has no decoder or a command has changed beyond recognition', () => {
    const job = jobOf([{ x: 0, y: 0, ...CANVAS }]);
    expect(() => floorArguments({ ...job, clips: [] })).toThrow('for each clip');
    expect(() => floorArguments({ ...job, commands: { ...job.commands, decoders: [['ffmpeg']] } })).toThrow('no decoder');
    expect(() => floorArguments({ ...job, commands: { ...job.commands, encoder: ['ffmpeg'] } })).toThrow('no encoder');
  });
});
