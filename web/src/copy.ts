// Copy buttons for code blocks and IRIs.
import { announce, element } from "./dom";

const SHOWN_FOR = 2000;

/** Adds a button that copies the text of `block`: in the figure's caption, over a bare `pre`, else behind it. */
export function addCopyButton(block: HTMLElement): void {
  // Clipboards exist in secure contexts only (https, localhost).
  if (!("clipboard" in navigator)) return;
  const text = block.textContent ?? "";
  const button = element("button", "button copy", "Copy");
  button.type = "button";
  button.setAttribute("aria-label", block.localName === "pre" ? "Copy code" : `Copy ${text}`);
  let pending = 0;
  button.addEventListener("click", () => {
    const show = (word: string, said: string): void => {
      button.textContent = word;
      announce(said);
      window.clearTimeout(pending);
      pending = window.setTimeout(() => {
        button.textContent = "Copy";
      }, SHOWN_FOR);
    };
    navigator.clipboard.writeText(text).then(
      () => show("Copied", "Copied to the clipboard"),
      () => show("Not copied", "The browser did not allow copying; select the text instead"),
    );
  });
  place(button, block);
}

function place(button: HTMLButtonElement, block: HTMLElement): void {
  const caption = block.closest("figure")?.querySelector("figcaption");
  if (caption) {
    caption.append(button);
  } else if (block.localName === "pre") {
    const frame = element("div", "copy-frame");
    block.replaceWith(frame);
    frame.append(block, button);
  } else {
    block.after(button);
  }
}
