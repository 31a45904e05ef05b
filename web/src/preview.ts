// A plane of a variable, drawn from the Zarr store itself: the browser asks the store, our server does not. Only on the
// preview page, whose policy lets it ask that one host.
//
// Hazards: sizes are a stranger's, so what a plane takes is counted before it is fetched; what stands in attributes becomes
// text and numbers, never markup.
import * as zarr from "zarrita";
import { element } from "./dom";
import { paint, type Plane } from "./shades";

const MOST_CHUNKS = 36;
const MOST_BYTES = 64 * 2 ** 20;
const LONGEST_AXIS = 100_000;
const SIZES: Record<string, number> = { 8: 1, 16: 2, 32: 4, 64: 8 };

type Values = zarr.Array<zarr.NumberDataType, zarr.Readable>;

interface Dimension {
  name: string;
  length: number;
  values: number[];
  units: string;
}

/** Fills `place` with a choice of variables, sliders and a drawing. */
export function startPreview(place: HTMLElement): void {
  const names = (place.dataset["variables"] ?? "").split("\n").filter(Boolean);
  const store = new zarr.FetchStore(place.dataset["preview"] ?? "");
  const choice = element("select");
  choice.id = "preview-variable";
  for (const name of names) choice.append(element("option", "", name));
  const label = element("label", "", "Variable");
  label.htmlFor = choice.id;
  const sliders = element("div", "preview__sliders");
  const canvas = element("canvas", "preview__canvas");
  canvas.setAttribute("role", "img");
  const words = element("p", "note");
  words.setAttribute("role", "status");
  place.replaceChildren(element("p", "field", label, choice), sliders, canvas, words);
  const show = (): void => {
    canvas.hidden = true;
    words.textContent = "Asking the store …";
    sliders.replaceChildren();
    begin(store, choice.value, sliders, canvas, words).catch((failure: unknown) => fail(words, failure));
  };
  choice.addEventListener("change", show);
  if (names.length > 0) show();
}

class TooMuch extends Error {}

function fail(words: HTMLElement, failure: unknown): void {
  const reason = cause(failure);
  const why = failure instanceof TooMuch ? reason : `The store could not be read from here (${reason.slice(0, 200)}).`;
  const often = /fetch/i.test(reason) ? " Many stores are private, or let no pages of other sites ask." : "";
  words.textContent = `${why}${often} The code on the page of the store opens it in Python.`;
}

/** What went wrong first: the library says which step failed, and the error behind it why. */
function cause(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  return failure.cause instanceof Error ? cause(failure.cause) : failure.message;
}

async function begin(
  store: zarr.FetchStore,
  name: string,
  sliders: HTMLElement,
  canvas: HTMLCanvasElement,
  words: HTMLElement,
): Promise<void> {
  const array = await zarr.open(zarr.root(store).resolve(name), { kind: "array" });
  if (!array.is("number")) throw new TooMuch(`${name} holds no plain numbers (${array.dtype}), and only those are drawn.`);
  const names = dimensionNames(array);
  const rows = names.findIndex((one) => /^(lat|nav_lat|y$)/i.test(one));
  const columns = names.findIndex((one) => /^(lon|nav_lon|x$)/i.test(one));
  if (rows < 0 || columns < 0) throw new TooMuch(`${name} does not lie on latitudes and longitudes (${names.join(", ")}).`);
  afford(array, rows, columns);
  const folder = name.includes("/") ? name.slice(0, name.lastIndexOf("/") + 1) : "";
  const dimensions = await Promise.all(
    names.map((one, at) => dimension(store, `${folder}${one}`, one, array.shape[at] ?? 0)),
  );
  const places = dimensions.map(() => 0);
  let asked = 0;
  const draw = async (): Promise<void> => {
    const turn = (asked += 1);
    const found = await plane(array, places, rows, columns, dimensions);
    if (turn !== asked) return;
    const drawn = paint(canvas, found);
    canvas.hidden = false;
    const at = places.flatMap((place, one) => (one === rows || one === columns ? [] : [spot(dimensions[one], place)]));
    const units = text(array.attrs["units"]);
    const range = drawn ? `${drawn.low.toPrecision(4)} to ${drawn.high.toPrecision(4)} ${units}` : "no values there";
    words.textContent = [`${name}: ${range.trim()}`, ...at].join(", ");
    canvas.setAttribute("aria-label", `Map of ${words.textContent}`);
  };
  dimensions.forEach((one, at) => {
    if (at === rows || at === columns || one.length < 2) return;
    const slider = element("input");
    Object.assign(slider, { type: "range", min: "0", max: String(one.length - 1), value: "0", id: `preview-${at}` });
    // No <output>: the words below are the one thing that is said aloud.
    const output = element("span", "note", spot(one, 0));
    slider.setAttribute("aria-valuetext", spot(one, 0));
    const label = element("label", "", one.name);
    label.htmlFor = slider.id;
    let waiting = 0;
    slider.addEventListener("input", () => {
      places[at] = Number(slider.value);
      output.textContent = spot(one, places[at] ?? 0);
      slider.setAttribute("aria-valuetext", output.textContent);
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => void draw().catch((failure: unknown) => fail(words, failure)), 150);
    });
    sliders.append(element("p", "field", label, slider, output));
  });
  await draw();
}

function dimensionNames(array: Values): string[] {
  const stated = array.dimensionNames ?? array.attrs["_ARRAY_DIMENSIONS"];
  return Array.isArray(stated) ? stated.map(String) : [];
}

/** Throws `TooMuch` if a plane takes more than a page should fetch. */
function afford(array: Values, rows: number, columns: number): void {
  const chunks = [rows, columns].reduce((product, at) => product * Math.ceil((array.shape[at] ?? 1) / (array.chunks[at] ?? 1)), 1);
  const item = SIZES[/\d+$/.exec(array.dtype)?.[0] ?? ""] ?? 8;
  const bytes = chunks * item * array.chunks.reduce((product, size) => product * size, 1);
  if (chunks > MOST_CHUNKS || bytes > MOST_BYTES) {
    const size = `${chunks.toLocaleString("en")} chunks, ${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 0 })} MB unpacked`;
    throw new TooMuch(`One map takes ${size}; a page fetches at most ${MOST_CHUNKS} and ${Math.round(MOST_BYTES / 1e6)} MB.`);
  }
}

/** The numbers along a dimension, none if the store has none that are as many. */
async function dimension(store: zarr.FetchStore, path: string, name: string, length: number): Promise<Dimension> {
  const bare = { name, length, values: [], units: "" };
  if (length > LONGEST_AXIS) return bare;
  try {
    const array = await zarr.open(zarr.root(store).resolve(path), { kind: "array" });
    if (array.shape.length !== 1 || array.shape[0] !== length) return bare;
    const found = await zarr.get(array);
    const values = Array.from(found.data as ArrayLike<number | bigint>, Number);
    return { name, length, values, units: text(array.attrs["units"]) };
  } catch {
    return bare;
  }
}

async function plane(array: Values, places: number[], rows: number, columns: number, dimensions: Dimension[]): Promise<Plane> {
  const selection = places.map((place, at) => (at === rows || at === columns ? null : place));
  const found = await zarr.get(array, selection);
  const [tall, wide] = [array.shape[rows] ?? 0, array.shape[columns] ?? 0];
  const strides = rows < columns ? found.stride : [...found.stride].reverse();
  // In Zarr 2, where xarray names dimensions by an attribute, what was never written is what is missing.
  const unwritten = "_ARRAY_DIMENSIONS" in array.attrs ? array.fillValue : undefined;
  const missing = [array.attrs["_FillValue"], array.attrs["missing_value"], unwritten]
    .filter((value): value is number => typeof value === "number")
    .flatMap((value) => [value, Math.fround(value)]);
  return {
    data: found.data as ArrayLike<number>,
    rows: tall,
    columns: wide,
    down: strides[0] ?? 0,
    across: strides[1] ?? 0,
    missing: new Set(missing),
    scale: number(array.attrs["scale_factor"], 1),
    offset: number(array.attrs["add_offset"], 0),
    latitudes: dimensions[rows]?.values ?? [],
    longitudes: dimensions[columns]?.values ?? [],
  };
}

function spot(one: Dimension | undefined, place: number): string {
  if (!one) return "";
  const value = one.values[place];
  const named = value === undefined ? "" : ` (${value.toPrecision(6).replace(/\.?0+$/, "")} ${one.units})`.replace(" )", ")");
  return `${one.name} ${place + 1} of ${one.length}${named}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 100) : "";
}

function number(value: unknown, usual: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : usual;
}
