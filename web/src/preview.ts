// A plane of a variable, drawn from the Zarr store itself: the browser asks the store, our server does not. Only on the
// preview page, whose policy lets it ask that one host.
//
// Hazards: sizes are a stranger's, so what a plane takes is counted before it is fetched; what stands in attributes becomes
// text and numbers, never markup.
import * as zarr from "zarrita";
import { dimension, number, spot, text, tick, type Dimension } from "./axis";
import { bytesOf, Told } from "./bounded";
import { element } from "./dom";
import { origin, Store } from "./measured";
import { paint, type Painted, type Plane } from "./shades";

const MOST_CHUNKS = 36;
const MOST_BYTES = 64 * 2 ** 20;

type Values = zarr.Array<zarr.NumberDataType, zarr.Readable>;

/** The drawing with what stands beside it. */
interface Chart {
  whole: HTMLElement;
  canvas: HTMLCanvasElement;
  up: HTMLElement;
  along: HTMLElement;
}

/** Fills `place` with a choice of variables, sliders and a drawing. */
export function startPreview(place: HTMLElement): void {
  const names = (place.dataset["variables"] ?? "").split("\n").filter(Boolean);
  const store = new Store(place.dataset["preview"] ?? "");
  const choice = element("select");
  choice.id = "preview-variable";
  for (const name of names) choice.append(element("option", "", name));
  const label = element("label", "", "Variable");
  label.htmlFor = choice.id;
  const sliders = element("div", "preview__sliders");
  const map = emptyChart();
  const words = element("p", "note");
  words.setAttribute("role", "status");
  place.replaceChildren(element("p", "field", label, choice), sliders, map.whole, words);
  const show = (): void => {
    map.whole.hidden = true;
    words.textContent = "Asking the store …";
    sliders.replaceChildren();
    begin(store, choice.value, sliders, map, words).catch((failure: unknown) => fail(map, words, failure));
  };
  choice.addEventListener("change", show);
  if (names.length > 0) show();
}

function emptyChart(): Chart {
  const canvas = element("canvas", "preview__canvas");
  canvas.setAttribute("role", "img");
  const ticks = (names: string): HTMLElement => {
    const made = element("div", names);
    // The name of the drawing says the same.
    made.setAttribute("aria-hidden", "true");
    return made;
  };
  const [up, along] = [ticks("preview__ticks preview__ticks--up"), ticks("preview__ticks preview__ticks--along")];
  return { whole: element("div", "preview__map", up, canvas, along), canvas, up, along };
}

function fail(map: Chart, words: HTMLElement, failure: unknown): void {
  // What is still drawn is of another place.
  map.whole.hidden = true;
  const first = origin(failure);
  const reason = first instanceof Error ? first.message : String(first);
  const why = first instanceof Told ? reason : `The store could not be read from here (${reason.slice(0, 200)}).`;
  const often = !(first instanceof Told) && /fetch/i.test(reason) ? " Many stores are private, or let no pages of other sites ask." : "";
  words.textContent = `${why}${often} The code on the page of the store opens it in Python.`;
}

async function begin(
  store: Store,
  name: string,
  sliders: HTMLElement,
  map: Chart,
  words: HTMLElement,
): Promise<void> {
  const array = await store.open(name);
  if (!array.is("number")) throw new Told(`${name} holds no plain numbers (${array.dtype}), and only those are drawn.`);
  const names = dimensionNames(array);
  const rows = names.findIndex((one) => /^(lat|nav_lat|y$)/i.test(one));
  const columns = names.findIndex((one) => /^(lon|nav_lon|x$)/i.test(one));
  if (rows < 0 || columns < 0) throw new Told(`${name} does not lie on latitudes and longitudes (${names.join(", ")}).`);
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
    const drawn = paint(map.canvas, found);
    map.whole.hidden = false;
    const at = places.flatMap((place, one) => (one === rows || one === columns ? [] : [spot(dimensions[one], place)]));
    const units = text(array.attrs["units"]);
    const ends = drawn.ends;
    const range = ends ? `${ends.low.toPrecision(4)} to ${ends.high.toPrecision(4)} ${units}` : "no values there";
    words.textContent = [`${name}: ${range.trim()}`, ...at].join(", ");
    const frame = ticked(map, drawn, dimensions[rows], dimensions[columns]);
    map.canvas.setAttribute("aria-label", `Map of ${words.textContent}; ${frame}`);
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
      waiting = window.setTimeout(() => void draw().catch((failure: unknown) => fail(map, words, failure)), 150);
    });
    sliders.append(element("p", "field", label, slider, output));
  });
  await draw();
}

function dimensionNames(array: Values): string[] {
  const stated = array.dimensionNames ?? array.attrs["_ARRAY_DIMENSIONS"];
  return Array.isArray(stated) ? stated.map(String) : [];
}

/** Throws `Told` if a plane takes more than a page should fetch. */
function afford(array: Values, rows: number, columns: number): void {
  const chunks = [rows, columns].reduce((product, at) => product * Math.ceil((array.shape[at] ?? 1) / (array.chunks[at] ?? 1)), 1);
  const bytes = chunks * bytesOf({ dataType: array.dtype, shape: array.chunks });
  if (chunks > MOST_CHUNKS || bytes > MOST_BYTES) {
    const size = `${chunks.toLocaleString("en")} chunks, ${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 0 })} MB unpacked`;
    throw new Told(`One map takes ${size}; a page fetches at most ${MOST_CHUNKS} and ${Math.round(MOST_BYTES / 1e6)} MB.`);
  }
}

/** Writes first, middle and last of the rows and columns beside the map; gives the ends of both in words. */
function ticked(map: Chart, drawn: Painted, rows: Dimension | undefined, columns: Dimension | undefined): string {
  const sides = [
    [map.up, rows, drawn.down, ["N", "S"]],
    [map.along, columns, drawn.across, ["E", "W"]],
  ] as const;
  const ends = sides.map(([place, one, order, signs]) => {
    const end = order.length - 1;
    // An even number of cells has none in the middle.
    const shown = new Set(end % 2 ? [0, end] : [0, end / 2, end]);
    const ticks = [...shown].map((at) => (one ? tick(one, order[at] ?? 0, signs) : ""));
    place.replaceChildren(...ticks.map((words) => element("span", "", words)));
    return `${ticks[0] ?? ""} to ${ticks.at(-1) ?? ""}`;
  });
  return ends.join(", ");
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
