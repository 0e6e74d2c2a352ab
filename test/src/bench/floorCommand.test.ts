import { describe, expect, it } from 'vitest';
import { benchmarkSeconds, readingFiles, withoutShowinfo } from './floorCommand.js';

const ENCODER = 'ffmpeg -v warning -f rawvideo -i pipe:3 -f s16le -i pipe:4 -c:v libx264 -threads:v 1 -c:a aac -f flv pipe:5'.split(' ');

describe("the floor's commands", () => {
  it('are those of the product, with files instead of pipes', () => {
    expect(readingFiles(ENCODER, ['/a.yuv', '/a.pcm'], ['/dev/null']).join(' ')).toBe(
      '-nostdin -y -benchmark -v info -f rawvideo -i /a.yuv -f s16le -i /a.pcm -c:v libx264 -threads:v 1 -c:a aac -f flv /dev/null',
    );
  });

  it('are never paced', () => {
    expect(readingFiles(ENCODER, ['/a.yuv', '/a.pcm'], ['/dev/null'])).not.toContain('-re');
  });

  it('are rejected when the product has more or fewer inputs than the floor', () => {
    expect(() => readingFiles(ENCODER, ['/a.yuv'], ['/dev/null'])).toThrow('expected 1 inputs');
    expect(() => readingFiles(ENCODER, ['/a', '/b', '/c'], ['/dev/null'])).toThrow('expected 3 inputs');
  });

  it('do not log every picture', () => {
    expect(withoutShowinfo(['-vf', "scale=w='min(1,2)':h=-2,format=yuv420p,showinfo=checksum=0"])).toEqual([
      '-vf',
      "scale=w='min(1,2)':h=-2,format=yuv420p",
    ]);
  });
});

describe('the CPU time of FFmpeg', () => {
  it('is user plus system time', () => {
    expect(benchmarkSeconds('frame=1\nbench: utime=1.250s stime=0.125s rtime=9.000s\n')).toBe(1.375);
  });

  it('is an error when FFmpeg did not print it', () => {
    expect(() => benchmarkSeconds('Conversion failed!')).toThrow('Conversion failed!');
  });
});
