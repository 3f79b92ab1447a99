import { posix } from "node:path";
import { filesIn, type KnownFiles } from "#policy/files.ts";
import { type Attribute, settingsOf } from "#policy/terraform/blocks.ts";
import { UnclearError } from "#policy/terraform/tokens.ts";

/** What a line gives a root's variables: names with -var, files with -var-file, and what the environment may hold. */
export type Inputs = {
  names: ReadonlySet<string>;
  files: readonly string[];
  /** Whether an environment variable of this name may be given to the command. */
  mayHold: (variable: string) => boolean;
};

/** The values of variables that stand in files, and who else may set a variable, in words; null: nobody. */
export type KnownInputs = {
  values: ReadonlyMap<string, readonly Attribute[]>;
  whoElse: (name: string) => string | null;
};

/** Reads the files terraform takes variables from: the root's own and those of the line. What cannot be read may hold any variable. */
export function readInputs(files: KnownFiles, root: string, given: Inputs): KnownInputs {
  const values = new Map<string, Attribute[]>();
  let unclear: string | null = null;
  const own = filesIn(files, root, "folder").filter(isTaken);
  for (const path of [...own, ...given.files]) {
    try {
      for (const setting of settingsOf(files.get(path) ?? "", path.endsWith(".json"))) {
        values.set(setting.name, [...(values.get(setting.name) ?? []), setting]);
      }
    } catch (error) {
      if (!(error instanceof UnclearError)) throw error;
      unclear = path;
    }
  }
  const whoElse = (name: string): string | null => {
    if (given.names.has(name)) return "given on the command line";
    if (given.mayHold(`TF_VAR_${name}`))
      return `the environment's variables in the policy may hold TF_VAR_${name}`;
    return unclear === null ? null : `${unclear} is not clear enough to read`;
  };
  return { values, whoElse };
}

/** terraform takes these by themselves, hidden ones too. */
function isTaken(path: string): boolean {
  return /^terraform\.tfvars(\.json)?$|\.auto\.tfvars(\.json)?$/.test(posix.basename(path));
}
