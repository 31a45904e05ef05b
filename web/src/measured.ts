// Arrays of a store as the preview reads them: nothing longer than their metadata say, and nothing shorter.
import * as zarr from "zarrita";
import { bytesOf, gathered, Told, unlike } from "./bounded";
import { inflating } from "./inflate";

/** An array that gives no chunk but those of its metadata's length. */
export type Measured = zarr.Array<zarr.DataType, zarr.Readable>;

// Documents, and what a packed chunk may be longer than an unpacked one.
const DOCUMENT_BYTES = 2 ** 20;

for (const name of ["gzip", "numcodecs.gzip"]) zarr.registry.set(name, () => Promise.resolve(inflating("gzip")));
for (const name of ["zlib", "numcodecs.zlib"]) zarr.registry.set(name, () => Promise.resolve(inflating("deflate")));

const measured = zarr.defineArrayExtension((array) => ({
  async getChunk(...asked: Parameters<typeof array.getChunk>) {
    const chunk = await array.getChunk(...asked).catch((failure: unknown) => {
      const first = origin(failure);
      // What a decoder says of what it cannot read is for those who wrote it.
      throw failure instanceof zarr.CodecPipelineError && !(first instanceof Told) ? unlike("a chunk cannot be unpacked") : first;
    });
    const found = (chunk.data as ArrayLike<unknown>).length;
    const stated = array.chunks.reduce((product, length) => product * length, 1);
    if (found !== stated) {
      const [has, should] = [found, stated].map((count) => count.toLocaleString("en"));
      throw unlike(`a chunk has ${has} values where ${should} should be`);
    }
    return chunk;
  },
}));

/** The store at an address. */
export class Store {
  readonly #root: string;
  readonly #store: zarr.FetchStore;
  readonly #limits = new Map<string, number>();

  constructor(address: string) {
    this.#root = address.endsWith("/") ? address : `${address}/`;
    this.#store = new zarr.FetchStore(address, { fetch: (request) => this.#fetch(request) });
  }

  /** The array at a path below the root; throws `Told` if its chunks have no lengths that can be. */
  async open(path: string): Promise<Measured> {
    const array = await zarr.open(zarr.root(this.#store).resolve(path), { kind: "array" });
    if (array.chunks.length !== array.shape.length || !array.chunks.every((one) => Number.isSafeInteger(one) && one > 0)) {
      throw unlike("its chunks have no lengths that can be");
    }
    const place = new URL(`${array.path.slice(1)}/`, this.#root).href;
    this.#limits.set(place, DOCUMENT_BYTES + 2 * bytesOf({ dataType: array.dtype, shape: array.chunks }));
    return measured(array) as Measured;
  }

  async #fetch(request: Request): Promise<Response> {
    const response = await fetch(request);
    if (!response.ok || !response.body) return response;
    const most = [...this.#limits].find(([place]) => request.url.startsWith(place))?.[1] ?? DOCUMENT_BYTES;
    const { status, headers } = response;
    return new Response(await gathered(response.body, most), { status, headers });
  }
}

/** What went wrong first: the library says which step failed, and the error behind it why. */
export function origin(failure: unknown): unknown {
  return failure instanceof Error && failure.cause instanceof Error ? origin(failure.cause) : failure;
}
