// The dimensions of a variable that is drawn: their numbers as the store has them, and the words for a place along one.
import * as zarr from "zarrita";
import { bytesOf } from "./bounded";
import type { Store } from "./measured";
import { moment } from "./moments";

const LONGEST_AXIS = 100_000;
const MOST_BYTES = 2 ** 22;
const MOST_CHUNKS = 64;

/** `values` are none where the store has none that are as many as the dimension is long. */
export interface Dimension {
  name: string;
  length: number;
  values: number[];
  units: string;
  calendar: string;
}

export async function dimension(store: Store, path: string, name: string, length: number): Promise<Dimension> {
  const bare = { name, length, values: [], units: "", calendar: "" };
  if (length > LONGEST_AXIS) return bare;
  try {
    const array = await store.open(path);
    if (array.shape.length !== 1 || array.shape[0] !== length) return bare;
    const chunk = array.chunks[0] ?? 1;
    const bytes = bytesOf({ dataType: array.dtype, shape: [chunk * Math.ceil(length / chunk)] });
    if (!(array.is("number") || array.is("bigint")) || bytes > MOST_BYTES || length / chunk > MOST_CHUNKS) return bare;
    const found = await zarr.get(array);
    const [scale, offset] = [number(array.attrs["scale_factor"], 1), number(array.attrs["add_offset"], 0)];
    const values = Array.from(found.data as ArrayLike<number | bigint>, (value) => Number(value) * scale + offset);
    return { name, length, values, units: text(array.attrs["units"]), calendar: text(array.attrs["calendar"]) };
  } catch {
    return bare;
  }
}

/** A place in words: `time 2 of 6 (2024-02-28)`. */
export function spot(one: Dimension | undefined, place: number): string {
  if (!one) return "";
  const said = named(one, place);
  return `${one.name} ${place + 1} of ${one.length}${said && ` (${said})`}`;
}

/** A place as it stands beside the map: `20° S`, a number with its units, else the place with the dimension's name. */
export function tick(one: Dimension, place: number, signs: readonly [string, string]): string {
  const value = one.values[place];
  if (value === undefined) return `${one.name} ${place + 1}`;
  if (!/^(lat|lon|nav_l)/i.test(one.name) && !/^degrees?_?(n|e|$)/i.test(one.units)) return named(one, place);
  const turned = signs[0] === "E" ? ((((value + 180) % 360) + 360) % 360) - 180 : value;
  const sign = turned === 0 || turned === -180 ? "" : ` ${turned > 0 ? signs[0] : signs[1]}`;
  return `${short(Math.abs(turned), 5)}°${sign}`;
}

function named(one: Dimension, place: number): string {
  const value = one.values[place];
  if (value === undefined) return "";
  return moment(value, one.units, one.calendar) ?? `${short(value, 6)} ${one.units}`.trim();
}

function short(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

export function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 100) : "";
}

export function number(value: unknown, usual: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : usual;
}
