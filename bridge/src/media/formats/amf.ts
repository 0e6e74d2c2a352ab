import { decodeAmf3 } from './amf3.js';
import { FormatError } from './FormatError.js';

/** AMF0 (Adobe, 2007): the encoding of RTMP commands and FLV metadata. */
export type AmfValue = number | boolean | string | null | undefined | Date | AmfValue[] | AmfObject;
/** Has no prototype, so a foreign name is never more than a name. */
export interface AmfObject {
  [name: string]: AmfValue;
}

const MARKER = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  reference: 7,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
  unsupported: 13,
  xml: 15,
  typedObject: 16,
  /** Switches to AMF3. */
  avmPlus: 17,
} as const;

/** Commands nest two or three levels deep; deeper nesting is an attack on our stack. */
const MAX_DEPTH = 16;
/** Values in one message, including nested ones. */
const MAX_VALUES = 4096;

/** Decodes all values of a message. Throws FormatError if it is cut off, too deep, too long or not AMF0. */
export function decodeAmf(bytes: Buffer): AmfValue[] {
  const cursor = new AmfCursor(bytes);
  const values: AmfValue[] = [];
  while (!cursor.isAtEnd) values.push(cursor.value(0));
  return values;
}

class AmfCursor {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): AmfValue {
    if (depth > MAX_DEPTH) throw new FormatError('AMF nests too deep');
    if (++this.#values > MAX_VALUES) throw new FormatError('AMF has too many values');
    const marker = this.#take(1).readUInt8(0);
    switch (marker) {
      case MARKER.number:
        return this.#take(8).readDoubleBE(0);
      case MARKER.boolean:
        return this.#take(1).readUInt8(0) !== 0;
      case MARKER.string:
        return this.#string();
      case MARKER.object:
        return this.#object(depth);
      case MARKER.null:
        return null;
      case MARKER.undefined:
      case MARKER.unsupported:
        return undefined;
      case MARKER.ecmaArray:
        this.#take(4); // a count that is often wrong
        return this.#object(depth);
      case MARKER.strictArray:
        return this.#array(depth);
      case MARKER.date:
        return this.#date();
      case MARKER.longString:
      case MARKER.xml:
        return this.#take(this.#take(4).readUInt32BE(0)).toString('utf8');
      case MARKER.typedObject:
        this.#string();
        return this.#object(depth);
      case MARKER.avmPlus:
        return this.#amf3();
      default:
        throw new FormatError(`AMF marker ${marker} is not supported`);
    }
  }

  #amf3(): AmfValue {
    const { value, end } = decodeAmf3(this.#bytes, this.#at);
    this.#at = end;
    return value;
  }

  #take(bytes: number): Buffer {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) throw new FormatError('AMF ends in the middle of a value');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  #string(): string {
    return this.#take(this.#take(2).readUInt16BE(0)).toString('utf8');
  }

  /** Names and values until an empty name and the end marker; some encoders omit the end of the outermost object. */
  #object(depth: number): AmfObject {
    const object = Object.create(null) as AmfObject;
    for (;;) {
      if (this.isAtEnd && depth === 0) return object;
      const name = this.#string();
      if (name === '' && this.#bytes[this.#at] === MARKER.objectEnd) {
        this.#at++;
        return object;
      }
      object[name] = this.value(depth + 1);
    }
  }

  #array(depth: number): AmfValue[] {
    const count = this.#take(4).readUInt32BE(0);
    const values: AmfValue[] = [];
    for (let index = 0; index < count; index++) values.push(this.value(depth + 1));
    return values;
  }

  #date(): Date {
    const date = new Date(this.#take(8).readDoubleBE(0));
    this.#take(2); // time zone, reserved
    return date;
  }
}

export function encodeAmf(...values: AmfValue[]): Buffer {
  const parts: Buffer[] = [];
  for (const value of values) encodeInto(parts, value);
  return Buffer.concat(parts);
}

function encodeInto(parts: Buffer[], value: AmfValue): void {
  if (typeof value === 'number') parts.push(marker(MARKER.number), double(value));
  else if (typeof value === 'boolean') parts.push(Buffer.from([MARKER.boolean, value ? 1 : 0]));
  else if (typeof value === 'string') parts.push(text(value));
  else if (value === null) parts.push(marker(MARKER.null));
  else if (value === undefined) parts.push(marker(MARKER.undefined));
  else if (value instanceof Date) parts.push(marker(MARKER.date), double(value.getTime()), Buffer.alloc(2));
  else if (Array.isArray(value)) {
    parts.push(marker(MARKER.strictArray), uint32(value.length));
    for (const element of value) encodeInto(parts, element);
  } else {
    parts.push(marker(MARKER.object));
    for (const [name, member] of Object.entries(value)) {
      parts.push(shortText(name));
      encodeInto(parts, member);
    }
    parts.push(Buffer.from([0, 0, MARKER.objectEnd]));
  }
}

const marker = (value: number) => Buffer.from([value]);

function double(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(value, 0);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

function shortText(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length > 0xffff) throw new FormatError('AMF name is longer than 65535 bytes');
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= 0xffff) return Buffer.concat([marker(MARKER.string), shortText(value)]);
  return Buffer.concat([marker(MARKER.longString), uint32(bytes.length), bytes]);
}
