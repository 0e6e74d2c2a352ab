import { Decoder } from 'socket.io-parser';

const sizes = new WeakMap<object, number>();

/** Returns how large a frame was on the wire, attached bytes included. 0 for what is no object, and so is refused anyway. */
export const bytesOf = (frame: unknown): number => (typeof frame === 'object' && frame !== null ? (sizes.get(frame) ?? 0) : 0);

/** socket.io's decoder, which also remembers how large each event's argument was. */
export class MeasuringDecoder extends Decoder {
  #bytes = 0;

  constructor() {
    // `uploadAsset` attaches one piece of bytes; nothing attaches more.
    super({ maxAttachments: 1 });
    this.on('decoded', ({ data }) => {
      const argument: unknown = Array.isArray(data) ? data[1] : undefined;
      if (typeof argument === 'object' && argument !== null) sizes.set(argument, this.#bytes);
      this.#bytes = 0;
    });
  }

  override add(chunk: unknown): void {
    this.#bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk instanceof Uint8Array ? chunk.length : 0;
    super.add(chunk);
  }
}
