// The light/dark switch. `theme.ts` applies the kept choice before the first paint; this one changes it.
type Theme = "light" | "dark";
const KEY = "theme";

/** Shows the button and lets it switch; a choice equal to the system's is not kept, so the page follows again. */
export function startThemeToggle(button: HTMLButtonElement): void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const label = button.querySelector("[data-theme-label]");
  if (label) label.textContent = "Dark colours";

  const preferred = (): Theme => (system.matches ? "dark" : "light");
  const current = (): Theme => {
    const chosen = root.dataset["theme"];
    return chosen === "light" || chosen === "dark" ? chosen : preferred();
  };
  const show = (): void => button.setAttribute("aria-pressed", String(current() === "dark"));

  button.addEventListener("click", () => {
    const wanted: Theme = current() === "dark" ? "light" : "dark";
    if (wanted === preferred()) delete root.dataset["theme"];
    else root.dataset["theme"] = wanted;
    keep(root.dataset["theme"]);
    show();
  });
  system.addEventListener("change", show);
  show();
  button.hidden = false;
}

function keep(choice: string | undefined): void {
  try {
    if (choice === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}
