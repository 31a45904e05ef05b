// What `/search.json` answers, checked before it is used.

/** One suggestion; `path` is a path on this site. */
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

/** Hits of the first `limit` nodes for `q`; rejects if the server or its answer is not as it should be. */
export async function fetchHits(q: string, limit: number, signal: AbortSignal): Promise<Answer> {
  const query = new URLSearchParams({ q, limit: String(limit), facets: "none" });
  const response = await fetch(`/search.json?${query}`, { signal, headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`search answered ${response.status}`);
  return readAnswer(await response.json());
}

function readAnswer(body: unknown): Answer {
  if (!isRecord(body) || !Array.isArray(body["hits"])) throw new Error("search answered in an unknown form");
  const hits = body["hits"].flatMap(readHit);
  return { total: typeof body["total"] === "number" ? body["total"] : hits.length, hits };
}

function readHit(hit: unknown): Hit[] {
  if (!isRecord(hit)) return [];
  const path = text(hit["path"]);
  // One slash and no second: `javascript:` and other hosts cannot get into a link.
  if (!/^\/(?![/\\])/.test(path)) return [];
  return [{ path, label: text(hit["label"]) || path, kind: text(hit["kind"]) || "Other", snippet: text(hit["snippet"]) }];
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
