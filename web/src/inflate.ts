// gzip and zlib as the browser unpacks them, no further than a chunk may be; zarrita's own know no end.
import { gathered, mostOf, type Form } from "./bounded";

class Inflate {
  readonly kind = "bytes_to_bytes";
  readonly #format: CompressionFormat;
  readonly #most: number;

  constructor(format: CompressionFormat, most: number) {
    this.#format = format;
    this.#most = most;
  }

  encode(): never {
    throw new Error("nothing is written here");
  }

  async decode(data: Uint8Array): Promise<Uint8Array> {
    const packed = new Blob([new Uint8Array(data)]).stream();
    return gathered(packed.pipeThrough(new DecompressionStream(this.#format)), this.#most);
  }
}

/** What zarrita's registry has for a codec of this format. */
export function inflating(format: CompressionFormat) {
  return { fromConfig: (_: unknown, form: Form) => new Inflate(format, mostOf(form)) };
}
