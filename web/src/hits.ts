// What `/search.json` answers, checked before it is used.

/** One suggestion; `path` is a path on this host. */
export interface Hit {
  path: string;
  label: string;
  kind: string;
  snippet: string;
}

export interface Answer {
  total: number;
  hits: Hit[];
}

/**
 * Hits of the first `limit` nodes for `q` at the address `search`, whose `/search` may be below a path of the host;
 * rejects if the server or its answer is not as it should be.
 */
export async function fetchHits(search: string, q: string, limit: number, signal: AbortSignal): Promise<Answer> {
  const address = new URL(search);
  const query = new URLSearchParams({ q, limit: String(limit), facets: "none" });
  const response = await fetch(`${address.pathname}.json?${query}`, {
    signal,
    headers: { accept: "application/json" },
  });
  if (!response.ok) throw new Error(`search answered ${response.status}`);
  return readAnswer(await response.json(), address.pathname.replace(/\/search$/, ""));
}

function readAnswer(body: unknown, prefix: string): Answer {
  if (!isRecord(body) || !Array.isArray(body["hits"])) throw new Error("search answered in an unknown form");
  const hits = body["hits"].flatMap((hit) => readHit(hit, prefix));
  return { total: typeof body["total"] === "number" ? body["total"] : hits.length, hits };
}

function readHit(hit: unknown, prefix: string): Hit[] {
  if (!isRecord(hit)) return [];
  const path = text(hit["path"]);
  // One slash and no second: `javascript:` and other hosts cannot get into a link.
  if (!/^\/(?![/\\])/.test(path)) return [];
  const label = text(hit["label"]) || path;
  return [{ path: prefix + path, label, kind: text(hit["kind"]) || "Other", snippet: text(hit["snippet"]) }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Hits by kind, kinds in the order of their best hit. */
export function byKind(hits: readonly Hit[]): Map<string, Hit[]> {
  const groups = new Map<string, Hit[]>();
  for (const hit of hits) {
    const group = groups.get(hit.kind);
    if (group) group.push(hit);
    else groups.set(hit.kind, [hit]);
  }
  return groups;
}
