// The queue of links by keyboard: moves between links, sends verdicts without leaving the page, takes the last one back.
// Without this, each link has a form that does the same.
import { announce } from "./dom";

interface Answer {
  text?: string;
  standing?: string;
  error?: string;
  seen?: string;
}

type Word = "accepted" | "rejected" | "none";

const SWITCH = "curation-keys";

/** Starts the keys and the forms of the queue. */
export function startCuration(queue: HTMLElement): void {
  const cases = [...queue.querySelectorAll<HTMLElement>("[data-case]")];
  const keys = queue.querySelector<HTMLDetailsElement>("details[data-keys]");
  const toggle = queue.querySelector<HTMLInputElement>("input[data-keys-on]");
  const decided: HTMLElement[] = [];

  const focused = (): number => cases.findIndex((one) => one.contains(document.activeElement));

  // While nothing at all has the focus, as on a page just opened, keys act on the first link that is open. The focus
  // stays where it is until a key is pressed: screen readers begin at the top of the page.
  const current = (): number =>
    isNowhere(document.activeElement) ? cases.findIndex((one) => !one.dataset["decided"]) : focused();

  const mark = (): void => {
    const first = toggle?.checked === false ? undefined : cases[current()];
    for (const one of cases) one.toggleAttribute("data-current", one === first && focused() < 0);
  };

  const go = (index: number): void => {
    const target = cases[index];
    if (target) {
      target.focus();
      target.scrollIntoView({ block: "nearest" });
    } else if (index >= cases.length) {
      queue.querySelector<HTMLElement>("[data-more]")?.focus();
      announce("That was the last link of this page");
    }
  };

  const forward = (from: number): void => {
    const open = cases.findIndex((one, index) => index > from && !one.dataset["decided"]);
    go(open < 0 ? cases.length : open);
  };

  const decide = async (one: HTMLElement, word: Word): Promise<void> => {
    const form = one.querySelector<HTMLFormElement>("form[data-verdict]");
    if (!form || one.getAttribute("aria-busy") === "true") return;
    one.setAttribute("aria-busy", "true");
    show(one, "Sending …", "");
    const answer = await send(form, word);
    one.removeAttribute("aria-busy");
    if (answer.error !== undefined) {
      delete one.dataset["decided"];
      show(one, answer.error, "error");
      announce(`Not noted: ${answer.error}`);
      return;
    }
    const seen = form.elements.namedItem("seen");
    if (answer.seen && seen instanceof HTMLInputElement) seen.value = answer.seen;
    const undo = form.querySelector<HTMLButtonElement>("[data-undo]");
    if (undo) undo.hidden = word === "none";
    if (word === "none") delete one.dataset["decided"];
    else one.dataset["decided"] = word;
    const standing = one.querySelector("[data-standing]");
    if (standing && answer.standing) standing.textContent = answer.standing;
    show(one, answer.text ?? "Noted", word);
    announce(`${answer.text ?? "Noted"}: ${name(one)}`);
  };

  const chosen = (one: HTMLElement, word: Word): void => {
    const place = decided.indexOf(one);
    if (place >= 0) decided.splice(place, 1);
    if (word !== "none") {
      decided.push(one);
      one.dataset["decided"] = word;
    }
    void decide(one, word);
  };

  const undo = (): void => {
    const last = decided[decided.length - 1];
    if (!last) {
      announce("There is nothing to take back on this page");
      return;
    }
    chosen(last, "none");
    go(cases.indexOf(last));
  };

  const act = (key: string): boolean => {
    const index = key === "j" || key === "k" || key.startsWith("Arrow") ? focused() : current();
    const one = cases[index];
    if (one && focused() < 0 && ["y", "n"].includes(key) && !isInView(one)) {
      go(index);
      announce("Keys act on this link: look at it, and press again");
      return true;
    }
    switch (key) {
      case "j":
      case "ArrowDown":
        go(Math.min(index + 1, cases.length));
        return true;
      case "k":
      case "ArrowUp":
        go(Math.max(index < 0 ? cases.length - 1 : index - 1, 0));
        return true;
      case "s":
        forward(index);
        return true;
      case "y":
      case "n":
        if (!one) {
          announce("Choose a link first: j leads to the next");
          return true;
        }
        chosen(one, key === "y" ? "accepted" : "rejected");
        forward(index);
        return true;
      case "w":
        one?.querySelector<HTMLInputElement>("input[name=why]")?.focus();
        return one !== undefined;
      case "u":
        undo();
        return true;
      case "?":
        if (keys) {
          keys.open = !keys.open;
          keys.querySelector("summary")?.focus();
        }
        return true;
      default:
        return false;
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (event.key === "Escape" && target instanceof HTMLInputElement && queue.contains(target)) {
      target.closest<HTMLElement>("[data-case]")?.focus();
      return;
    }
    if (toggle && !toggle.checked && event.key !== "?") return;
    if (typing(target) || !near(queue, target)) return;
    if (act(event.key)) event.preventDefault();
  });

  queue.addEventListener("submit", (event) => {
    const form = event.target instanceof HTMLFormElement && event.target.matches("[data-verdict]") ? event.target : null;
    const one = form?.closest<HTMLElement>("[data-case]");
    const button = event.submitter;
    if (!form || !one || !(button instanceof HTMLButtonElement) || !isWord(button.value)) return;
    event.preventDefault();
    chosen(one, button.value);
    if (button.value === "none") one.focus();
    else forward(cases.indexOf(one));
  });

  if (keys) keys.hidden = false;
  if (toggle) {
    toggle.checked = kept() !== "off";
    toggle.addEventListener("change", () => keep(toggle.checked ? "on" : "off"));
    toggle.addEventListener("change", mark);
  }
  mark();
  document.addEventListener("focusin", mark);
  document.addEventListener("focusout", () => window.setTimeout(mark));
}

/** Whether no element has the focus, or only the main part that the link for skipping leads to. */
function isNowhere(active: Element | null): boolean {
  return !active || active === document.body || active.id === "main";
}

/** Whether the words that say what is linked can be seen: nobody is to decide what they do not see. */
function isInView(one: HTMLElement): boolean {
  const box = (one.querySelector("h2") ?? one).getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}

/** Whether keys belong to the queue: while it, or nothing at all, has the focus. */
function near(queue: HTMLElement, target: HTMLElement | null): boolean {
  return isNowhere(target) || queue.contains(target);
}

function typing(target: HTMLElement | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function isWord(text: string): text is Word {
  return text === "accepted" || text === "rejected" || text === "none";
}

function name(one: HTMLElement): string {
  return one.querySelector("h2")?.textContent?.replace(/\s+/g, " ").trim() ?? "";
}

function show(one: HTMLElement, text: string, tone: string): void {
  const line = one.querySelector<HTMLElement>("[data-said]");
  if (!line) return;
  line.hidden = false;
  line.textContent = text;
  line.dataset["tone"] = tone;
}

async function send(form: HTMLFormElement, word: Word): Promise<Answer> {
  const fields = new URLSearchParams();
  for (const [key, value] of new FormData(form)) if (typeof value === "string") fields.set(key, value);
  fields.set("word", word);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: fields,
      redirect: "error",
    });
    const told = (await answer.json()) as Answer;
    if (!answer.ok) return { error: told.error ?? "the server did not take it" };
    return told;
  } catch {
    return { error: "the server does not answer; send it again" };
  }
}

function kept(): string {
  try {
    return localStorage.getItem(SWITCH) ?? "";
  } catch {
    return "";
  }
}

function keep(choice: string): void {
  try {
    localStorage.setItem(SWITCH, choice);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}
