// Zstandard in plain JavaScript, in the place of numcodecs' decoder: that one makes code while it runs, which the policy of
// our pages forbids. It only unpacks, and no further than a chunk may be.
//
// Hazard: a frame states its own sizes, up to gigabytes, and the library takes memory by them; so they are read first
// (RFC 8878, section 3.1.1).
import { Decompress, decompress } from "fzstd";
import { joined, mostOf, tooLong, unlike, type Form } from "./bounded";

// What every decoder should know; unpacked piece by piece, a larger one would be moved about for each piece.
const LARGEST_WINDOW = 2 ** 23;

interface Frame {
  size: number | undefined;
  window: number;
  end: number;
}

export default class Zstd {
  readonly kind = "bytes_to_bytes";
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  static fromConfig(_: unknown, form: Form): Zstd {
    return new Zstd(mostOf(form));
  }

  encode(): never {
    throw new Error("nothing is written here");
  }

  decode(data: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const take = (piece: Uint8Array): void => {
      length += piece.length;
      if (length > this.#most) throw tooLong();
      pieces.push(piece);
    };
    for (let rest = data; rest.length > 0; ) {
      const { size, window, end } = frame(rest);
      if (length + (size ?? 0) > this.#most) throw tooLong();
      const packed = rest.subarray(0, end);
      if (window <= LARGEST_WINDOW) new Decompress(take).push(packed, true);
      else if (size === undefined) throw unlike("a chunk does not say how long it is");
      else take(decompress(packed, new Uint8Array(size)));
      rest = rest.subarray(end);
    }
    return joined(pieces, length);
  }
}

/** What the first frame says of itself: its size unpacked, the memory it wants, and where it ends. */
function frame(data: Uint8Array): Frame {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw unlike("a chunk is not packed with Zstandard");
  const flags = view.getUint8(4);
  const single = (flags >> 5) & 1;
  const wide = flags >> 6;
  const size = 6 - single + ([0, 1, 2, 4][flags & 3] ?? 0);
  const bytes = wide ? 2 ** wide : single;
  let stated = 0;
  for (let at = bytes - 1; at >= 0; at -= 1) stated = stated * 256 + view.getUint8(size + at);
  if (bytes === 2) stated += 256;
  const exponent = view.getUint8(5);
  const window = single ? stated : 2 ** (10 + (exponent >> 3)) * (1 + (exponent & 7) / 8);
  let at = size + bytes;
  for (let last = 0; !last; ) {
    const header = view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16;
    last = header & 1;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  if (flags & 4) at += 4;
  if (at > data.length) throw unlike("a chunk ends before it should");
  return { size: bytes ? stated : undefined, window, end: at };
}
