// On every page: starts the islands that the page has places for. Nothing here is needed to read or use a page.
import "../styles/index.css";
import "../generated/land.svg?no-inline";
import "./favicon.svg?no-inline";
import { addCopyButton } from "./copy";
import { startCuration } from "./curation";
import { foldOnNarrow } from "./facets";
import { addTableFilter } from "./filter";
import { startThemeToggle } from "./toggle";
import { startTypeahead } from "./typeahead";

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-theme-toggle]")) startThemeToggle(button);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-search]")) startTypeahead(form);
for (const block of document.querySelectorAll<HTMLElement>("[data-copy]")) addCopyButton(block);
for (const table of document.querySelectorAll<HTMLTableElement>("table[data-filter]")) addTableFilter(table);
for (const queue of document.querySelectorAll<HTMLElement>("[data-curation]")) startCuration(queue);
for (const facet of document.querySelectorAll<HTMLDetailsElement>("details.facet")) foldOnNarrow(facet);

const queries = document.querySelectorAll<HTMLTextAreaElement>("textarea[data-sparql]");
if (queries.length > 0) {
  void import("./editor").then(({ startEditor }) => queries.forEach(startEditor));
}

const previews = document.querySelectorAll<HTMLElement>("[data-preview]");
if (previews.length > 0) {
  void import("./preview").then(({ startPreview }) => previews.forEach(startPreview));
}
