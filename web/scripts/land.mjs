// Writes generated/land.svg, the outline of the land for maps of the world: Natural Earth at 1:110 million, which is in
// the public domain, in halves of a degree. One unit is a degree, (0, 0) is 180° W 90° N.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { feature } from "topojson-client";

const source = createRequire(import.meta.url).resolve("world-atlas/land-110m.json");
const atlas = JSON.parse(await readFile(source, "utf8"));
const half = (degrees) => Math.round(degrees * 2) / 2;

// Rings run over the antimeridian, and that of Antarctica around the pole. Here one goes on past the edge of the map, where
// it is drawn again at the other edge; the map shows what is on it.
function unwound(points) {
  const turns = [];
  for (const [longitude, latitude] of points) {
    const x = longitude + 180;
    const before = turns.at(-1)?.[0] ?? x;
    turns.push([before + ((((x - before + 180) % 360) + 360) % 360) - 180, 90 - latitude]);
  }
  const [first, last] = [turns[0], turns.at(-1)];
  if (Math.abs(last[0] - first[0]) > 180) {
    const pole = first[1] > 90 ? 180 : 0;
    turns.push([last[0], pole], [first[0], pole]);
  }
  return turns;
}

function ring(points) {
  const turns = unwound(points);
  const across = turns.map(([x]) => x);
  const copies = [0, ...(Math.max(...across) > 360 ? [-360] : []), ...(Math.min(...across) < 0 ? [360] : [])];
  return copies.map((shift) => outline(turns.map(([x, y]) => [half(x + shift), half(y)]))).join("");
}

function outline(points) {
  const turns = points.filter(([x, y], at) => at === 0 || x !== points[at - 1][0] || y !== points[at - 1][1]);
  if (turns.length < 4) return "";
  const [first, ...rest] = turns;
  let [x, y] = first;
  const steps = rest.map(([nextX, nextY]) => {
    const step = `${nextX - x} ${nextY - y}`;
    [x, y] = [nextX, nextY];
    return step;
  });
  return `M${first.join(" ")}l${steps.join(" ")}z`.replaceAll(" -", "-").replaceAll(/\b0\./g, ".");
}

const shapes = feature(atlas, atlas.objects.land).features.flatMap(({ geometry }) =>
  geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates,
);
const path = shapes.flat().map(ring).join("");
await mkdir(new URL("../generated/", import.meta.url), { recursive: true });
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 180"><path id="land" d="${path}"/></svg>\n`;
await writeFile(new URL("../generated/land.svg", import.meta.url), svg);
