import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeTag } from '../../media/formats/index.js';
import { StreamHub } from '../stream/index.js';
import { waitForTracks } from './waitForTracks.js';

const picture = makeTag('video', 0, Buffer.from([0x17, 0, 0, 0, 0, 1]));
const sound = makeTag('audio', 0, Buffer.from([0xaf, 0, 0x11, 0x90]));
const never = new AbortController().signal;

describe('waitForTracks', () => {
  afterEach(() => vi.useRealTimers());

  it('waits for audio that the source has, however late its transcoder starts', async () => {
    vi.useFakeTimers();
    const hub = new StreamHub();
    const [source, made] = ['source', 'made'].map((name) => hub.publish({ app: 'live', name }));
    for (const tag of [picture, sound]) source?.write(tag);
    made?.write(picture);
    const known = made && source && waitForTracks(made.stream, never, source.stream);
    await vi.advanceTimersByTimeAsync(900);
    made?.write(sound);
    await vi.advanceTimersByTimeAsync(100);
    await known;
    expect(made?.stream.preamble.audio?.body).toEqual(sound.body);
  });

  it('does not wait for long when there is only video', async () => {
    vi.useFakeTimers();
    const only = new StreamHub().publish({ app: 'live', name: 'silent' });
    only.write(picture);
    const known = waitForTracks(only.stream, never);
    await vi.advanceTimersByTimeAsync(1000);
    await known;
  });
});
