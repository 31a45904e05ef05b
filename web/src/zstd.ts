// Zstandard in plain JavaScript, in the place of numcodecs' decoder: that one makes code while it runs, which the policy of
// our pages forbids. It only unpacks.
import { decompress } from "fzstd";

export default class Zstd {
  readonly kind = "bytes_to_bytes";

  static fromConfig(): Zstd {
    return new Zstd();
  }

  encode(): never {
    throw new Error("nothing is written here");
  }

  decode(data: Uint8Array): Uint8Array {
    return decompress(data);
  }
}
