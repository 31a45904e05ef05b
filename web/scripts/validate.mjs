// Validates saved pages offline: `npm run validate -- FILE-OR-FOLDER…`. Prints one line a problem
// (`file:line:column rule message`) and ends with status 1 if there is any, 2 if there was nothing to validate.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";

const configuration = JSON.parse(readFileSync(new URL("../.htmlvalidate.json", import.meta.url), "utf8"));
const validator = new HtmlValidate(new FileSystemConfigLoader(configuration));

function pages(place) {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .sort()
    .map((name) => join(place, name));
}

// npm runs scripts in web/, so relative arguments are taken from where the caller stood.
const start = process.env.INIT_CWD ?? fileURLToPath(new URL("..", import.meta.url));
const files = process.argv.slice(2).flatMap((argument) => pages(resolve(start, argument)));
if (files.length === 0) {
  console.error("nothing to validate: name HTML files or folders that hold some");
  process.exit(2);
}

let problems = 0;
for (const file of files) {
  const report = await validator.validateString(readFileSync(file, "utf8"), file);
  for (const result of report.results) {
    for (const message of result.messages) {
      problems += 1;
      console.log(`${file}:${message.line}:${message.column} ${message.ruleId} ${message.message}`);
    }
  }
}
console.error(`${files.length} pages, ${problems} problems`);
process.exit(problems === 0 ? 0 : 1);
