import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rulesFile } from "./rules.ts";

// npm run house: writes the rules of the folders anew, from the table in folders.ts.
writeFileSync(join(import.meta.dirname, "imports.json"), rulesFile());
