// Suggestions while typing: the combobox pattern with a listbox popup (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
// Focus stays in the field; `aria-activedescendant` says which suggestion is meant.
import { announce, element } from "./dom";
import { byKind, fetchHits, type Answer, type Hit } from "./hits";

const WAIT = 130;
const LIMIT = 8;
let made = 0;

/** Turns the `q` field of `form` into a combobox; the form keeps working by itself. */
export function startTypeahead(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>('input[name="q"]');
  if (input) new Typeahead(form, input);
}

class Typeahead {
  readonly #form: HTMLFormElement;
  readonly #input: HTMLInputElement;
  readonly #popup: HTMLDivElement;
  readonly #list: HTMLDivElement;
  readonly #none: HTMLParagraphElement;
  readonly #name: string;
  #options: HTMLElement[] = [];
  #active = -1;
  #timer = 0;
  #request: AbortController | undefined;

  constructor(form: HTMLFormElement, input: HTMLInputElement) {
    this.#form = form;
    this.#input = input;
    this.#name = `suggestions-${(made += 1)}`;
    this.#list = element("div");
    this.#list.id = this.#name;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "Suggestions");
    this.#none = element("p", "suggestions__none");
    this.#popup = element("div", "suggestions", this.#list, this.#none);
    this.#popup.hidden = true;
    form.append(this.#popup);
    for (const [attribute, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-expanded", "false"],
      ["aria-controls", this.#name],
    ] as const) {
      input.setAttribute(attribute, value);
    }
    input.addEventListener("input", () => this.#schedule());
    input.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("submit", () => this.#close());
    form.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && form.contains(event.relatedTarget))) this.#close();
    });
    // Pressing a suggestion must not take the focus from the field before the click counts.
    this.#popup.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get #open(): boolean {
    return !this.#popup.hidden;
  }

  #schedule(): void {
    window.clearTimeout(this.#timer);
    this.#request?.abort();
    if (this.#input.value.trim() === "") this.#close();
    else this.#timer = window.setTimeout(() => void this.#ask(), WAIT);
  }

  async #ask(): Promise<void> {
    const q = this.#input.value.trim();
    if (q === "") return;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const answer = await fetchHits(this.#form.action, q, LIMIT, request.signal);
      if (!request.signal.aborted) this.#show(q, answer);
    } catch {
      // Without suggestions the form still searches. An aborted request was overtaken by a newer one.
      if (!request.signal.aborted) this.#close();
    }
  }

  #show(q: string, { total, hits }: Answer): void {
    this.#options = [];
    this.#activate(-1);
    const groups = [...byKind(hits)].map(([kind, some], index) => this.#group(kind, some, index, q));
    this.#list.replaceChildren(...groups);
    if (total > hits.length && hits.length > 0) this.#list.append(this.#all(q, total));
    this.#list.hidden = hits.length === 0;
    this.#none.hidden = hits.length > 0;
    this.#none.textContent = `Nothing found for “${q}”.`;
    this.#popup.hidden = false;
    this.#input.setAttribute("aria-expanded", String(hits.length > 0));
    announce(hits.length === 0 ? `Nothing found for ${q}` : `${count(hits.length, "suggestion")}, use the arrow keys`);
  }

  #group(kind: string, hits: readonly Hit[], index: number, q: string): HTMLElement {
    const heading = element("div", "suggestions__kind", kind);
    heading.id = `${this.#name}-kind-${index}`;
    heading.setAttribute("role", "presentation");
    const group = element("div", "suggestions__group", heading, ...hits.map((hit) => this.#hit(hit, q)));
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", heading.id);
    return group;
  }

  #hit(hit: Hit, q: string): HTMLElement {
    const label = element("span", "suggestions__label", ...marked(hit.label, q));
    const option = this.#option(hit.path, label);
    if (hit.snippet) option.append(element("span", "suggestions__snippet", hit.snippet));
    return option;
  }

  #all(q: string, total: number): HTMLElement {
    const path = `${this.#form.action}?${new URLSearchParams({ q })}`;
    const option = this.#option(path, element("span", "suggestions__all", `Show all ${total} results`));
    const group = element("div", "suggestions__group", option);
    group.setAttribute("role", "presentation");
    return group;
  }

  #option(href: string, ...children: Node[]): HTMLAnchorElement {
    const option = element("a", "suggestions__hit", ...children);
    option.href = href;
    option.tabIndex = -1;
    option.id = `${this.#name}-option-${this.#options.length}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    this.#options.push(option);
    return option;
  }

  #key(event: KeyboardEvent): void {
    // Input methods use the same keys to choose characters.
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#move(event);
    else if (event.key === "Enter") this.#choose(event);
    else if (event.key === "Escape") this.#escape(event);
  }

  #move(event: KeyboardEvent): void {
    event.preventDefault();
    if (!this.#open) {
      void this.#ask();
      return;
    }
    // One place more than there are suggestions: the field itself.
    const places = this.#options.length + 1;
    const step = event.key === "ArrowDown" ? 1 : -1;
    this.#activate(((this.#active + 1 + step + places) % places) - 1);
  }

  #choose(event: KeyboardEvent): void {
    const option = this.#open ? this.#options[this.#active] : undefined;
    if (!option) return;
    event.preventDefault();
    option.click();
    this.#close();
  }

  #escape(event: KeyboardEvent): void {
    // A second Escape empties the field, as the pattern has it; the browser does so by itself for search fields.
    if (!this.#open) return;
    event.preventDefault();
    this.#close();
  }

  #activate(index: number): void {
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = this.#options[index];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #close(): void {
    window.clearTimeout(this.#timer);
    this.#request?.abort();
    this.#activate(-1);
    this.#popup.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The label with the typed words marked where words of it begin. */
function marked(label: string, q: string): (Node | string)[] {
  const words = q.split(/\s+/).filter(Boolean).map(escapeExpression);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})`, "giu");
  return label.split(pattern).map((piece, index) => (index % 2 === 1 ? element("mark", "", piece) : piece));
}

function escapeExpression(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
