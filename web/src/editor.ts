// The SPARQL editor: CodeMirror over a textarea that stays the form's field. It lives in a shadow tree, because there
// CodeMirror keeps its rules in constructed style sheets; the <style> elements it adds to documents would be refused
// by `style-src 'self'`.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  GutterMarker,
  gutterLineClass,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { element } from "./dom";
import { sparql } from "./sparql";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--ocean)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--warm)" },
  { tag: tags.string, color: "var(--success)" },
  { tag: [tags.number, tags.bool], color: "var(--code)" },
  { tag: tags.link, color: "var(--text)" },
  { tag: tags.typeName, color: "var(--data)" },
  { tag: [tags.modifier, tags.atom], color: "var(--upkeep)" },
  { tag: tags.function(tags.variableName), color: "var(--code)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--error)", textDecoration: "underline wavy" },
]);

const looks = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", minHeight: "16rem", maxHeight: "70vh", overflow: "auto" },
  ".cm-content": { padding: "0.75rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 0.75rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--spark) 35%, transparent)",
  },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--ocean-wash) 50%, transparent)" },
  ".cm-gutters": { color: "var(--ink-soft)", backgroundColor: "var(--surface-sunk)", borderRight: "1px solid var(--line)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 0.75rem" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--warm-mark)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--error-wash)" },
  ".cm-errorLine": { backgroundColor: "var(--error-wash) !important", boxShadow: "inset 3px 0 0 var(--error)" },
  ".cm-gutterElement.cm-errorNumber": { color: "var(--error)", fontWeight: "700" },
});

class ErrorNumber extends GutterMarker {
  override elementClass = "cm-errorNumber";
}

/** Puts an editor in the place of `area`, which keeps the text for the form. */
export function startEditor(area: HTMLTextAreaElement): void {
  const label = area.labels?.[0];
  const host = element("div", "editor");
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ doc: area.value, extensions: extensions(area, label?.textContent ?? "Query") }),
  });
  area.after(host);
  area.classList.add("editor__source");
  label?.addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });
  // Going back in the history and the form's reset give the field another text than the editor has.
  const follow = (): void => {
    if (area.value !== view.state.doc.toString()) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } });
    }
  };
  window.addEventListener("pageshow", follow);
  area.form?.addEventListener("reset", () => window.setTimeout(follow));
}

function extensions(area: HTMLTextAreaElement, label: string): Extension[] {
  const submit = (): boolean => {
    area.form?.requestSubmit();
    return true;
  };
  const line = Number.parseInt(area.dataset["errorLine"] ?? "", 10);
  const name = Number.isNaN(line) ? label : `${label}, error in line ${line}`;
  return [
    keymap.of([{ key: "Mod-Enter", run: submit }, ...defaultKeymap, ...historyKeymap]),
    history(),
    lineNumbers(),
    drawSelection(),
    highlightActiveLine(),
    bracketMatching(),
    indentOnInput(),
    sparql,
    syntaxHighlighting(colours),
    looks,
    typedOverSelection,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": `${name}. Control + Enter runs it.`, spellcheck: "false" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) area.value = update.state.doc.toString();
    }),
    errorLine(line),
  ];
}

/**
 * Text typed over a selection. Left to itself, Chromium replaces the selection in the page first and copies colours
 * into `style` attributes there, which the policy refuses and reports.
 */
const typedOverSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || !event.data || view.composing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/** Marks line `number` (from 1) until that text is edited; nothing if there is no such line. */
function errorLine(number: number): Extension {
  const at = (state: EditorState): number | undefined =>
    number >= 1 && number <= state.doc.lines ? state.doc.line(number).from : undefined;
  return [
    EditorView.decorations.compute(["doc"], (state) => {
      const from = at(state);
      return from === undefined ? Decoration.none : Decoration.set(Decoration.line({ class: "cm-errorLine" }).range(from));
    }),
    gutterLineClass.compute(["doc"], (state) => {
      const marks = new RangeSetBuilder<GutterMarker>();
      const from = at(state);
      if (from !== undefined) marks.add(from, from, new ErrorNumber());
      return marks.finish();
    }),
  ];
}
