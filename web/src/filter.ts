// A text filter above long tables.
import { element } from "./dom";

/** Tables with fewer rows are read faster than filtered. */
const WORTH_FILTERING = 10;
let made = 0;

/** Adds a field that hides the rows without all typed words, and a count of those that are left. */
export function addTableFilter(table: HTMLTableElement): void {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  if (rows.length <= WORTH_FILTERING) return;
  const texts = rows.map((row) => fold(row.textContent ?? ""));
  const field = element("input");
  field.type = "search";
  field.id = `table-filter-${(made += 1)}`;
  const label = element("label", "", "Filter rows ", field);
  label.htmlFor = field.id;
  const count = element("output");
  count.htmlFor.add(field.id);
  const apply = (): void => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index]?.includes(word));
      if (!row.hidden) left += 1;
    });
    count.textContent = words.length > 0 ? `${left} of ${rows.length} rows` : `${rows.length} rows`;
  };
  field.addEventListener("input", apply);
  apply();
  (table.closest(".table-scroll") ?? table).before(element("div", "table-filter", label, count));
}

/** Without case and accents. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
