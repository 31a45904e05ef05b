// How much a chunk may be, by the metadata of its array. Hazard: what a store gives is a stranger's; a kilobyte unpacks into
// gigabytes, so whatever is taken from one is counted while it comes, and refused as soon as it is too much.

/** A failure whose message is a sentence for whoever looks at the page. */
export class Told extends Error {}

/** What a chunk of an array of this type and shape is. */
export interface Form {
  dataType: string;
  shape: readonly number[];
}

const SIZES: Record<string, number> = { 8: 1, 16: 2, 32: 4, 64: 8 };
// What codecs may put around the numbers, such as a checksum.
const AROUND = 1024;

/** The bytes of a chunk, unpacked. */
export function bytesOf({ dataType, shape }: Form): number {
  const item = dataType === "bool" ? 1 : (SIZES[/\d+$/.exec(dataType)?.[0] ?? ""] ?? 8);
  return item * shape.reduce((product, length) => product * length, 1);
}

/** The most that unpacking a chunk may give at any step. */
export function mostOf(form: Form): number {
  return bytesOf(form) + AROUND;
}

export function unlike(what: string): Told {
  return new Told(`The store is not what its metadata say: ${what}.`);
}

export function tooLong(): Told {
  return unlike("a chunk holds more than it should");
}

/** The pieces in one; throws `Told` once they are more than `most` bytes. */
export async function gathered(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length > most) {
      void reader.cancel().catch(() => undefined);
      throw tooLong();
    }
  }
  return joined(pieces, length);
}

export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
