import { LianmaiError, type ProducerInfo, type PublishSource } from '@lianmai/protocol';
import type { InitialTracks, LocalTrackState } from '../../state';
import type { Request } from '../SignallingSocket';
import { LocalSource, type SourceKind } from './LocalSource';
import type { SfuTransports } from './SfuTransports';
import { openCamera, openMicrophone, openScreen, stopTrack } from './capture';
import { DeviceError } from './deviceProblem';

const KINDS: readonly SourceKind[] = [
  { source: 'microphone', whenOff: 'keepOpen', open: openMicrophone },
  { source: 'camera', whenOff: 'release', open: openCamera },
  { source: 'screen', whenOff: 'close' },
  { source: 'screenAudio', whenOff: 'close' },
];

export interface PublisherOptions {
  request: Request;
  /** Opened as soon as we may publish. */
  initial: InitialTracks;
  onChange(source: PublishSource, state: LocalTrackState): void;
  /** A background task has failed. */
  onFailed(error: unknown): void;
}

/** Publishes microphone, camera, screen and its sound while we are on stage or backstage. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #sources: Record<PublishSource, LocalSource>;
  #initial: PublisherOptions['initial'] | null;
  #transports: SfuTransports | null = null;
  #mayPublish = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#initial = options.initial;
    const entries = KINDS.map((kind) => [kind.source, this.#createSource(kind)] as const);
    this.#sources = Object.fromEntries(entries) as Record<PublishSource, LocalSource>;
  }

  isOn(source: PublishSource): boolean {
    return this.#sources[source].isOn;
  }

  /** On, or to be opened as soon as we may publish. */
  isWanted(source: 'microphone' | 'camera'): boolean {
    return this.isOn(source) || (this.#initial !== null && this.#initial[source] !== false);
  }

  get isSendingVideo(): boolean {
    return this.#mayPublish && (this.isOn('camera') || this.isOn('screen'));
  }

  /** Publishes open sources again over new transports, without a click. */
  attach(transports: SfuTransports): void {
    this.#transports = transports;
    for (const source of this.#all()) this.#inBackground(source.republish());
  }

  /** After a resume that kept the transports. */
  reconcile(known: readonly ProducerInfo[]): void {
    for (const source of this.#all()) this.#inBackground(source.reconcile(known));
  }

  /** Only people on stage or backstage publish. By the time we learn that we are in the audience, the server has closed our producers. */
  setMayPublish(mayPublish: boolean): void {
    if (mayPublish === this.#mayPublish) return;
    this.#mayPublish = mayPublish;
    if (mayPublish) this.#openInitial();
    else for (const source of this.#all()) this.#inBackground(source.drop({ isKnown: true }));
  }

  /** Replaces what opens as soon as we may publish. */
  prepare(tracks: InitialTracks): void {
    this.#stopInitial();
    this.#initial = tracks;
    if (this.#mayPublish) this.#openInitial();
  }

  async set(source: 'microphone' | 'camera', isOn: boolean): Promise<void> {
    if (!isOn) return this.#sources[source].turnOff();
    this.#assertMayPublish();
    await this.#sources[source].turnOn();
  }

  async setScreen(isOn: boolean): Promise<void> {
    const { screen, screenAudio } = this.#sources;
    if (!isOn) {
      await Promise.all([screen.turnOff(), screenAudio.turnOff()]);
      return;
    }
    this.#assertMayPublish();
    if (screen.isOn) return;
    try {
      const { video, audio } = await openScreen();
      await Promise.all([screen.turnOn(video), audio && screenAudio.turnOn(audio)]);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // A person who closes the browser's dialog has changed their mind, and needs no message.
      const hasChangedMind = error.problem === 'permissionDenied' && !isRefusedBySystem(error.cause);
      this.#options.onChange('screen', {
        state: hasChangedMind ? 'off' : 'failed',
        problem: hasChangedMind ? null : error.problem,
        track: null,
      });
    }
  }

  switchDevice(source: 'microphone' | 'camera', deviceId: string): Promise<void> {
    return this.#sources[source].switchTo(deviceId);
  }

  mutedByHost(source: PublishSource): void {
    this.#inBackground(this.#sources[source].mutedByHost());
  }

  /** The join failed, so tracks from the lobby belong to the lobby again. */
  giveBack(): void {
    this.#initial = null;
  }

  close(): void {
    this.#stopInitial();
    this.#transports = null;
    for (const source of this.#all()) this.#inBackground(source.drop({ isKnown: true }));
  }

  #all(): LocalSource[] {
    return Object.values(this.#sources);
  }

  #createSource(kind: SourceKind): LocalSource {
    return new LocalSource({
      ...kind,
      request: this.#options.request,
      transports: () => (this.#mayPublish ? this.#transports : null),
      onChange: (state) => this.#options.onChange(kind.source, state),
      onEnded: () => this.#ended(kind.source),
    });
  }

  #stopInitial(): void {
    const { microphone = false, camera = false } = this.#initial ?? {};
    for (const track of [microphone, camera]) if (typeof track === 'object') stopTrack(track);
    this.#initial = null;
  }

  #openInitial(): void {
    const initial = this.#initial;
    this.#initial = null;
    for (const source of ['microphone', 'camera'] as const) {
      const wanted = initial?.[source] ?? false;
      if (wanted !== false) this.#inBackground(this.#sources[source].turnOn(wanted === true ? undefined : wanted));
    }
  }

  /** An unplugged microphone is replaced by another, but a camera is not chosen for the person. The end of a share ends both its tracks. */
  #ended(source: PublishSource): void {
    if (source === 'screen') this.#inBackground(this.setScreen(false));
    else if (source === 'screenAudio') this.#inBackground(this.#sources.screenAudio.turnOff());
    else this.#inBackground(this.#sources[source].deviceLost({ reopen: source === 'microphone' }));
  }

  #assertMayPublish(): void {
    if (!this.#mayPublish) throw new LianmaiError('WRONG_STATE');
  }

  #inBackground(task: Promise<unknown>): void {
    task.catch((error: unknown) => this.#options.onFailed(error));
  }
}

/** macOS refuses with the same error as a closed dialog. Only the text differs. */
const isRefusedBySystem = (cause: unknown) => cause instanceof Error && cause.message.includes('system');
