// Takes every URL out of package-lock.json: `npm ci` finds packages by name, version and integrity through
// whatever registry the machine is set to, so a lock that names a host would only be wrong elsewhere. That of web/, or the
// one that is named.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2] ?? new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
