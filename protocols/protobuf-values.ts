// Values and protobuf messages, both ways, for every contract here. protobufjs encodes a bigint or a bad string in a
// 64-bit field as 0 without a word: here every 64-bit field is a bigint in range, or an error. Limits are the codecs'.
export type Plain = Record<string, unknown>;
export type SixtyFourBit = 'int64' | 'uint64';

/** What is used of a generated message class. */
export interface MessageClass {
  verify(message: Plain): string | null;
  encode(message: never): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: never, options: Plain): Plain;
}

export interface ContractOptions {
  /** Every 64-bit field of the contract by its name, which never names anything else there. */
  readonly sixtyFourBitFields: Readonly<Record<string, SixtyFourBit>>;
  /** Enum fields by name: their words by number. */
  readonly words?: Readonly<Record<string, readonly string[]>>;
  /** What stands for a message field that is absent; fields that are not named are left out. */
  readonly absent?: Readonly<Record<string, object>>;
  /** The error of the contract's owner. */
  readonly invalid: (message: string, why: string, cause?: unknown) => Error;
}

export interface Contract {
  /** Throws the contract's error for a value out of range or an encoding over `limit` bytes. */
  readonly encode: (name: string, type: MessageClass, value: object, limit: number) => Uint8Array;
  /** Throws the contract's error for what cannot be read or is over `limit` bytes. */
  readonly decode: <T>(name: string, type: MessageClass, bytes: Uint8Array, limit: number) => T;
}

/**
 * Half of a surrogate pair, as of a text that was cut in the middle of a character: protobufjs writes it as bytes that
 * are no UTF-8, and no one could ever read that entry again.
 */
const halfCharacters = /\p{Cs}/gu;

export function contractOf(options: ContractOptions): Contract {
  const { sixtyFourBitFields, words = {}, absent = {}, invalid } = options;
  return { encode, decode };

  function encode(name: string, type: MessageClass, value: object, limit: number): Uint8Array {
    const message = toMessage(name, value) as Plain;
    const fault = type.verify(message);
    if (fault !== null) throw invalid(name, fault);
    const bytes = type.encode(message as never).finish();
    if (bytes.length > limit) throw invalid(name, `${bytes.length} bytes, at most ${limit}`);
    return bytes;
  }

  function decode<T>(name: string, type: MessageClass, bytes: Uint8Array, limit: number): T {
    if (bytes.length > limit) throw invalid(name, `${bytes.length} bytes, at most ${limit}`);
    let plain: Plain;
    try {
      plain = type.toObject(type.decode(bytes) as never, { defaults: true, arrays: true, longs: String });
    } catch (error) {
      throw invalid(name, error instanceof Error ? error.message : String(error), error);
    }
    return fromMessage(plain) as T;
  }

  /** Checked 64-bit values in protobufjs's own shape; defaults are left out, as every other encoder does. */
  function toMessage(place: string, value: unknown): unknown {
    if (typeof value === 'string') return value.replace(halfCharacters, '\ufffd');
    if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item, at) => toMessage(`${place}[${at}]`, item));
    const message: Plain = {};
    for (const [name, field] of Object.entries(value)) {
      const at = `${place}.${name}`;
      const kind = sixtyFourBitFields[name];
      const known = words[name];
      if (kind !== undefined) {
        if (typeof field !== 'bigint') throw invalid(place, `${name} is no bigint`);
        const fits = kind === 'int64' ? BigInt.asIntN(64, field) : BigInt.asUintN(64, field);
        if (fits !== field) throw invalid(place, `${name} is no ${kind}`);
        if (field === 0n) continue;
        message[name] = {
          low: Number(BigInt.asIntN(32, field)),
          high: Number(BigInt.asIntN(32, field >> 32n)),
          unsigned: kind === 'uint64',
        };
      } else if (typeof field === 'bigint') throw invalid(place, `${name} is a bigint`);
      else if (known !== undefined) {
        if (field === undefined) continue;
        const number = known.indexOf(String(field));
        if (number < 0) throw invalid(place, `${name} is no word of its enum`);
        if (number > 0) message[name] = number;
      } else if (field === undefined || field === '' || field === 0 || field === false) continue;
      else if (field instanceof Uint8Array && field.length === 0) continue;
      else message[name] = toMessage(at, field);
    }
    return message;
  }

  function fromMessage(value: unknown): unknown {
    if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(fromMessage);
    const plain: Plain = {};
    for (const [name, field] of Object.entries(value)) {
      const known = words[name];
      if (sixtyFourBitFields[name] !== undefined) plain[name] = BigInt(field as string);
      else if (known !== undefined) plain[name] = known[Number(field)] ?? 'unknown';
      else if (field !== null) plain[name] = fromMessage(field);
      else if (absent[name] !== undefined) plain[name] = { ...absent[name] };
    }
    return plain;
  }
}

/** The member of a one-of that is set; undefined when a newer writer set one that is unknown here. */
export function oneOf<T>(plain: Plain, ...besides: readonly string[]): T | undefined {
  const name = Object.keys(plain).find((key) => !besides.includes(key));
  return name === undefined ? undefined : ({ case: name, value: plain[name] } as T);
}
