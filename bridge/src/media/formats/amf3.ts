import type { AmfObject, AmfValue } from './amf.js';
import { FormatError } from './FormatError.js';

/** AMF3 (Adobe, 2013), which a few encoders use for commands. Read only: replies are AMF0, which everyone understands. */
const MARKER = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  integer: 4,
  double: 5,
  string: 6,
  xmlDocument: 7,
  date: 8,
  array: 9,
  object: 10,
  xml: 11,
  byteArray: 12,
} as const;

const MAX_DEPTH = 16;
const MAX_VALUES = 4096;

interface Traits {
  names: string[];
  isDynamic: boolean;
}

/** Decodes one value at `at` and returns it with its end. References stay within this one value. Throws FormatError. */
export function decodeAmf3(bytes: Buffer, at: number): { value: AmfValue; end: number } {
  const cursor = new Amf3Cursor(bytes, at);
  const value = cursor.value(0);
  return { value, end: cursor.at };
}

class Amf3Cursor {
  at: number;
  readonly #bytes: Buffer;
  readonly #strings: string[] = [];
  readonly #objects: AmfValue[] = [];
  readonly #traits: Traits[] = [];
  #values = 0;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  value(depth: number): AmfValue {
    if (depth > MAX_DEPTH) throw new FormatError('AMF3 nests too deep');
    if (++this.#values > MAX_VALUES) throw new FormatError('AMF3 has too many values');
    const marker = this.#take(1).readUInt8(0);
    switch (marker) {
      case MARKER.undefined:
        return undefined;
      case MARKER.null:
        return null;
      case MARKER.false:
      case MARKER.true:
        return marker === MARKER.true;
      case MARKER.integer:
        return (this.#u29() << 3) >> 3; // 29 bits, signed
      case MARKER.double:
        return this.#take(8).readDoubleBE(0);
      case MARKER.string:
        return this.#string();
      case MARKER.date:
        return this.#orReference(() => new Date(this.#take(8).readDoubleBE(0)));
      case MARKER.array:
        return this.#orReference((count) => this.#array(count, depth));
      case MARKER.object:
        return this.#orReference((flags) => this.#object(flags, depth));
      case MARKER.xmlDocument:
      case MARKER.xml:
      case MARKER.byteArray:
        return this.#orReference((count) => this.#take(count).toString('latin1'));
      default:
        throw new FormatError(`AMF3 marker ${marker} is not supported`);
    }
  }

  #take(bytes: number): Buffer {
    const end = this.at + bytes;
    if (end > this.#bytes.length) throw new FormatError('AMF3 ends in the middle of a value');
    const part = this.#bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  /** Seven bits per byte, eight in a fourth. */
  #u29(): number {
    let value = 0;
    for (let index = 0; index < 3; index++) {
      const byte = this.#take(1).readUInt8(0);
      if (byte < 0x80) return (value << 7) | byte;
      value = (value << 7) | (byte & 0x7f);
    }
    return (value << 8) | this.#take(1).readUInt8(0);
  }

  #string(): string {
    const head = this.#u29();
    if ((head & 1) === 0) return known(this.#strings, head >> 1);
    const text = this.#take(head >> 1).toString('utf8');
    if (text !== '') this.#strings.push(text);
    return text;
  }

  /** Returns an earlier value, or reads a new one with what its header says. */
  #orReference(read: (head: number) => AmfValue): AmfValue {
    const head = this.#u29();
    if ((head & 1) === 0) return known(this.#objects, head >> 1);
    const index = this.#objects.push(null) - 1; // a self-reference becomes null: nobody needs a cycle
    return (this.#objects[index] = read(head >> 1));
  }

  #array(count: number, depth: number): AmfValue {
    const named = this.#members(depth);
    const values: AmfValue[] = [];
    for (let index = 0; index < count; index++) values.push(this.value(depth + 1));
    return values.length > 0 ? values : named;
  }

  #object(flags: number, depth: number): AmfValue {
    const traits = (flags & 1) === 0 ? known(this.#traits, flags >> 1) : this.#newTraits(flags >> 1);
    const object = Object.create(null) as AmfObject;
    for (const name of traits.names) object[name] = this.value(depth + 1);
    return traits.isDynamic ? Object.assign(object, this.#members(depth)) : object;
  }

  #newTraits(flags: number): Traits {
    if ((flags & 1) !== 0) throw new FormatError('AMF3 object with a format of its own');
    this.#string(); // class name
    const names: string[] = [];
    for (let index = 0; index < flags >> 2; index++) names.push(this.#string());
    const traits = { names, isDynamic: (flags & 2) !== 0 };
    this.#traits.push(traits);
    return traits;
  }

  /** Names and values until an empty name. */
  #members(depth: number): AmfObject {
    const object = Object.create(null) as AmfObject;
    for (let name = this.#string(); name !== ''; name = this.#string()) object[name] = this.value(depth + 1);
    return object;
  }
}

function known<T>(list: readonly T[], index: number): T {
  if (index >= list.length) throw new FormatError('AMF3 refers to what was not there');
  return list[index] as T;
}
