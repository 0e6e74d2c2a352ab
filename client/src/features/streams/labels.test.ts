import { describe, expect, it } from 'vitest';
import { audioText, keyOf, masked, playersText, videoText } from './labels';

describe("a row's labels", () => {
  it('name what is known about picture and sound, and leave out the rest', () => {
    expect(videoText({ codec: 'h264', width: 1280, height: 720, fps: 29.97, hasBFrames: false })).toBe('H.264 1280×720 30 fps');
    expect(videoText({ codec: 'hevc', width: null, height: null, fps: null, hasBFrames: null })).toBe('HEVC');
    expect(audioText({ codec: 'aac', sampleRateHz: 44_100, channels: 1 })).toBe('AAC 44.1 kHz');
    expect([videoText(null), audioText(null)]).toEqual([null, null]);
  });

  it('count players by protocol, most first', () => {
    expect(playersText({ players: { hls: 2, flv: 30, rtmp: 0 } })).toBe('HTTP-FLV 30 · HLS 2');
    expect(playersText({ players: {} })).toBe('');
  });

  it('hide the key wherever it appears', () => {
    const key = keyOf({ rtmpKey: 'cam?key=s3cret-Key' });
    expect(key).toBe('s3cret-Key');
    expect(masked('srt://h:1?streamid=#!::r=live/cam,key=s3cret-Key', key)).not.toContain('s3cret');
    expect(masked('rtmp://h/live', keyOf({ rtmpKey: 'cam' }))).toBe('rtmp://h/live');
  });
});
