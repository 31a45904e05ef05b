// Makes elements from text only: what comes from the server is never parsed as HTML.

/** An element with a class and children; strings become text nodes. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

let region: HTMLElement | undefined;
let pending = 0;

/** Has screen readers say `text` once they are done with what they are saying. */
export function announce(text: string): void {
  if (!region) {
    region = element("div", "visually-hidden");
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const target = region;
  // The same text twice would be no change and stay unsaid.
  target.textContent = "";
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    target.textContent = text;
  }, 60);
}
