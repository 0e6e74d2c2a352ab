import { expect, it, vi } from 'vitest';
import type { LocalTrackState } from '../../state';
import { Publisher } from './Publisher';

class FakeTrack extends EventTarget {
  readyState = 'live';
  enabled = true;
  stop() {
    this.readyState = 'ended';
  }
}
const makeTrack = () => new FakeTrack() as unknown as MediaStreamTrack;

function create(initial: ConstructorParameters<typeof Publisher>[0]['initial'] = { microphone: false, camera: false }) {
  const shown = new Map<string, LocalTrackState['state']>();
  const onFailed = vi.fn();
  const publisher = new Publisher({
    request: () => Promise.reject(new Error('nothing is asked')),
    initial,
    onChange: (source, { state }) => void shown.set(source, state),
    onFailed,
  });
  return { publisher, shown, onFailed };
}

it('opens what was prepared in the preview as soon as we are let in', async () => {
  const { publisher, shown } = create();
  const microphone = makeTrack();
  publisher.prepare({ microphone, camera: false });
  expect([publisher.isOn('microphone'), publisher.isWanted('microphone'), publisher.isWanted('camera')]).toEqual([false, true, false]);
  publisher.setMayPublish(true);
  await vi.waitFor(() => expect(shown.get('microphone')).toBe('on'));
  expect(publisher.isOn('camera')).toBe(false);
});

it('opens it at once if we were let in before it was prepared', async () => {
  const { publisher, shown } = create();
  publisher.setMayPublish(true);
  publisher.prepare({ microphone: makeTrack(), camera: makeTrack() });
  await vi.waitFor(() => expect([shown.get('microphone'), shown.get('camera')]).toEqual(['on', 'on']));
});

it('stops tracks that are replaced before they were used', () => {
  const camera = makeTrack();
  const { publisher } = create({ microphone: false, camera });
  publisher.prepare({ microphone: true, camera: false });
  expect(camera.readyState).toBe('ended');
  expect(publisher.isWanted('camera')).toBe(false);
});
