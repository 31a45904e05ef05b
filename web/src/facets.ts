// On narrow screens facets would push the results out of sight, so they start folded there.

/** Folds `facet` on a narrow screen, unless one of its values is chosen. */
export function foldOnNarrow(facet: HTMLDetailsElement): void {
  if (window.matchMedia("(max-width: 60rem)").matches && !facet.querySelector("[aria-current]")) facet.open = false;
}
