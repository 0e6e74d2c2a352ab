import { OpusDecoder } from 'opus-decoder';

/** Stereo, 48 kHz. */
export interface Pcm {
  left: Float32Array;
  right: Float32Array;
}

/** Opus → PCM (WASM, in this thread). It is ready some 10 ms after construction; earlier packets are not decoded. */
export class OpusPacketDecoder {
  #decoder: OpusDecoder | null = null;
  #isClosed = false;

  constructor(onError: (error: unknown) => void) {
    const decoder = new OpusDecoder({ channels: 2 });
    decoder.ready.then(() => {
      if (this.#isClosed) decoder.free();
      else this.#decoder = decoder;
    }, onError);
  }

  /** `packet` must be valid Opus. Returns null while not ready, or when the decoder rejects it. */
  decode(packet: Uint8Array): Pcm | null {
    if (!this.#decoder) return null;
    const { channelData, samplesDecoded } = this.#decoder.decodeFrame(packet);
    const [left, right] = channelData;
    return samplesDecoded > 0 && left && right ? { left, right } : null;
  }

  close(): void {
    this.#isClosed = true;
    this.#decoder?.free();
    this.#decoder = null;
  }
}
