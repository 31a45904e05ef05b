// Tokens of SPARQL 1.1 for the editor's colours (https://www.w3.org/TR/sparql11-query/#sparqlGrammar); it does not parse.
import { StreamLanguage, type StringStream } from "@codemirror/language";

const KEYWORDS = new Set(
  (
    "base prefix select distinct reduced as construct describe ask from named where order by asc desc limit offset " +
    "values undef group having optional graph service silent bind minus union filter exists not in a " +
    "insert delete data with using load clear drop create add move copy to into default all"
  ).split(" "),
);

const FUNCTIONS = new Set(
  (
    "str lang langmatches datatype bound iri uri bnode rand abs ceil floor round concat strlen ucase lcase " +
    "encode_for_uri contains strstarts strends strbefore strafter year month day hours minutes seconds timezone tz " +
    "now uuid struuid md5 sha1 sha256 sha384 sha512 coalesce if strlang strdt sameterm isiri isuri isblank isliteral " +
    "isnumeric regex substr replace count sum min max avg sample group_concat separator"
  ).split(" "),
);

/** The quote of the long string the line begins in, if any. */
interface State {
  long: "" | '"""' | "'''";
}

const WORD = /^[\p{L}_][\p{L}\p{N}_-]*/u;
const PREFIXED = /^(?:[\p{L}](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?)?:(?:(?:[\p{L}\p{N}_:]|%[0-9A-Fa-f]{2}|\\.)(?:[\p{L}\p{N}_:.-]|%[0-9A-Fa-f]{2}|\\.)*)?/u;

function token(stream: StringStream, state: State): string | null {
  if (state.long) return longString(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match("#")) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match('"""') || stream.match("'''")) {
    state.long = stream.current() as State["long"];
    return longString(stream, state);
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
  if (stream.match(/^<[^\s<>"{}|^`\\]*>/)) return "link";
  if (stream.match(/^[?$][\p{L}\p{N}_]+/u)) return "variableName";
  if (stream.match(/^@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*/)) return "modifier";
  if (stream.match(/^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/)) return "number";
  if (stream.match(/^_:[\p{L}\p{N}_.-]+/u)) return "atom";
  if (stream.match(PREFIXED)) return "typeName";
  if (stream.match(WORD)) return word(stream.current().toLowerCase());
  if (stream.match(/^[{}()[\]]/)) return "bracket";
  if (stream.match(/^(?:&&|\|\||\^\^|[!<>]=|[=<>!*/+|^-])/)) return "operator";
  stream.next();
  return null;
}

function word(name: string): string {
  if (KEYWORDS.has(name)) return "keyword";
  if (FUNCTIONS.has(name)) return "variableName.function";
  return name === "true" || name === "false" ? "bool" : "invalid";
}

function longString(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match(state.long)) {
      state.long = "";
      break;
    }
    if (stream.next() === "\\") stream.next();
  }
  return "string";
}

/** SPARQL for CodeMirror. */
export const sparql = StreamLanguage.define<State>({
  name: "sparql",
  startState: () => ({ long: "" }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: {
    commentTokens: { line: "#" },
    closeBrackets: { brackets: ["(", "[", "{", "'", '"'] },
  },
});
