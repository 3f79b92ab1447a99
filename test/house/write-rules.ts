import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { folderRules, isFolderRule } from "./rules.ts";

// npm run house: writes the rules of the folders into biome.json anew, from the table in folders.ts.
const ROOT = join(import.meta.dirname, "..", "..");
const file = join(ROOT, "biome.json");
const config = z
  .looseObject({ overrides: z.array(z.looseObject({})) })
  .parse(JSON.parse(readFileSync(file, "utf8")));
const others = config.overrides.filter((rule) => !isFolderRule(rule));
writeFileSync(file, JSON.stringify({ ...config, overrides: [...others, ...folderRules()] }));
execFileSync(join(ROOT, "node_modules/.bin/biome"), ["format", "--write", file], { stdio: "inherit" });
