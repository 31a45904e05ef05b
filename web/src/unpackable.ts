// In the place of numcodecs' decoders of Blosc and LZ4: they make code while they run, which the policy of our pages forbids.

export default class Unpackable {
  static fromConfig(): never {
    throw new Error("its chunks are packed with Blosc or LZ4, which pages here do not unpack");
  }
}
