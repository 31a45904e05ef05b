// Sets the chosen colours before the first paint: a classic, blocking script in <head>, so nothing may be imported.
{
  let choice: string | null = null;
  try {
    choice = localStorage.getItem("theme");
  } catch {
    // Storage is switched off: the system's preference stands.
  }
  if (choice === "light" || choice === "dark") document.documentElement.dataset["theme"] = choice;
}
