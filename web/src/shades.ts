// A plane of numbers on a canvas: north above, west at the left, what is missing left clear. The shades are those of the
// pictures that a harvest draws (leap_kg.ingest.zarr.painting).

/** Numbers with the strides of rows and columns; coordinates may be missing, then rows and columns lie as they are stored. */
export interface Plane {
  data: ArrayLike<number>;
  rows: number;
  columns: number;
  down: number;
  across: number;
  missing: Set<number>;
  scale: number;
  offset: number;
  latitudes: number[];
  longitudes: number[];
}

const LONGEST = 720;
const STOPS: readonly (readonly [number, number, number])[] = [
  [0x10, 0x1c, 0x4f],
  [0x1a, 0x4e, 0x8c],
  [0x1b, 0x84, 0x96],
  [0x4f, 0xb3, 0x7f],
  [0xc2, 0xd1, 0x59],
  [0xfd, 0xeb, 0x9c],
];

/** The numbers at the ends of the colours, none if there are none, and the rows and columns as they are drawn. */
export interface Painted {
  ends: { low: number; high: number } | undefined;
  down: readonly number[];
  across: readonly number[];
}

/** Draws the plane. */
export function paint(canvas: HTMLCanvasElement, plane: Plane): Painted {
  const down = thinned(order(plane.latitudes, plane.rows, (value) => -value));
  const across = thinned(order(plane.longitudes, plane.columns, turned(plane.longitudes)));
  const values = new Float64Array(down.length * across.length);
  let at = 0;
  for (const row of down) {
    for (const column of across) {
      const raw = Number(plane.data[row * plane.down + column * plane.across]);
      values[at++] = plane.missing.has(raw) ? NaN : raw * plane.scale + plane.offset;
    }
  }
  const good = values.filter(Number.isFinite).sort();
  const low = good[Math.floor(good.length * 0.02)];
  const high = good[Math.ceil(good.length * 0.98) - 1];
  canvas.width = across.length;
  canvas.height = down.length;
  const context = canvas.getContext("2d");
  if (!context || low === undefined || high === undefined) return { ends: undefined, down, across };
  const image = context.createImageData(across.length, down.length);
  values.forEach((value, place) => {
    if (!Number.isFinite(value)) return;
    const part = high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0.5;
    image.data.set([...shade(part), 255], place * 4);
  });
  context.putImageData(image, 0, 0);
  return { ends: { low, high }, down, across };
}

function order(coordinates: number[], length: number, key: (value: number) => number): number[] {
  const places = Array.from({ length }, (_, place) => place);
  if (coordinates.length !== length) return places;
  return places.sort((one, other) => key(coordinates[one] ?? 0) - key(coordinates[other] ?? 0));
}

/** How longitudes are sorted: from 180° W if they go all round, in whatever turn they are given. */
function turned(longitudes: number[]): (value: number) => number {
  const span = longitudes.length > 0 ? Math.max(...longitudes) - Math.min(...longitudes) : 0;
  return span > 180 ? (value) => (((value + 180) % 360) + 360) % 360 : (value) => value;
}

function thinned(places: number[]): number[] {
  const step = Math.ceil(places.length / LONGEST);
  return places.filter((_, at) => at % step === 0);
}

function shade(part: number): [number, number, number] {
  const place = part * (STOPS.length - 1);
  const first = Math.min(Math.floor(place), STOPS.length - 2);
  const [one, other] = [STOPS[first] ?? [0, 0, 0], STOPS[first + 1] ?? [0, 0, 0]];
  const mix = (at: 0 | 1 | 2): number => Math.round(one[at] + (other[at] - one[at]) * (place - first));
  return [mix(0), mix(1), mix(2)];
}
