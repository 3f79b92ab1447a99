/** What else holds for a flag's value: whether it may repeat, and what is wrong with a value. */
export type FlagRule = { many?: true; whyNot?: (value: string) => string | null };

const MAX_PARALLELISM = 256;
const MAX_LOCK_WAIT_S = 3_600;

const someAddresses: FlagRule = { many: true, whyNot: addressFault };

/** The flags whose values are not all fine. Which verb may have which stands in verbs.ts, how each is written in flags-from-help.ts. */
export const FLAG_RULES: Readonly<Record<string, FlagRule>> = {
  "-force-copy": mustBeOff("it moves the state without asking"),
  "-input": { whyNot: inputFault },
  "-lock-timeout": { whyNot: durationFault },
  "-lockfile": { whyNot: (mode) => (mode === "readonly" ? null : "must be readonly or left out") },
  "-migrate-state": mustBeOff("it moves the state"),
  "-module-depth": { whyNot: (text) => (/^-?\d{1,3}$/.test(text) ? null : "must be a number") },
  "-parallelism": { whyNot: parallelismFault },
  "-reconfigure": mustBeOff("it changes where the state is kept"),
  "-replace": someAddresses,
  "-target": someAddresses,
  "-type": { whyNot: graphFault },
  "-var": { many: true, whyNot: variableFault },
  "-var-file": { many: true },
};

/** Flags terraform has and nothing here may use, with the reason a person is told. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  "-backend-config": "it changes where the state is kept",
  "-backup": "it writes a copy of the state, secrets included, to another file",
  "-chdir": "it stands before the verb, as -chdir=DIR",
  "-config": "the configuration is the directory's own",
  "-from-module": "it fetches a configuration from elsewhere",
  "-generate-config-out": "it writes configuration files",
  "-ignore-remote-version": "it lets another version of terraform rewrite the state",
  "-plugin-dir": "it takes provider programs from another place",
  "-state": "it reads or writes another state",
  "-state-out": "it writes the state to another file",
};

/** terraform takes these out of the line wherever they stand, also as another flag's value (measured with 1.11.4: `plan -out -no-color p1` writes p1). */
export const STRIPPED: ReadonlySet<string> = new Set(["-no-color", "-compact-warnings"]);

/** A switch that may only say no. */
function mustBeOff(why: string): FlagRule {
  return { whyNot: (value) => (value === "false" ? null : `is refused: ${why}`) };
}

function inputFault(value: string): string | null {
  return value === "false" ? null : "must be false: nobody is there to answer terraform's questions";
}

function durationFault(value: string): string | null {
  const [all, minutes, secs] = /^(?:(\d{1,3})m)?(?:(\d{1,5})s)?$/.exec(value) ?? [];
  if (all === undefined || all === "") return "must be a time such as 30s or 5m";
  const seconds = Number(minutes ?? 0) * 60 + Number(secs ?? 0);
  return seconds <= MAX_LOCK_WAIT_S ? null : "is more than an hour";
}

function parallelismFault(value: string): string | null {
  const plain = /^[1-9]\d{0,3}$/.test(value) && Number(value) <= MAX_PARALLELISM;
  return plain ? null : `must be a plain number, 1 to ${MAX_PARALLELISM}`;
}

function graphFault(value: string): string | null {
  const known = ["plan", "plan-refresh-only", "plan-destroy", "apply"];
  return known.includes(value) ? null : `must be one of ${known.join(", ")}`;
}

function variableFault(value: string): string | null {
  return /^[A-Za-z_][A-Za-z0-9_-]*=/.test(value) ? null : "must be written name=value";
}

/** `module.net["a"].aws_subnet.x[0]`: what a resource, an instance or a module is called. */
export function addressFault(value: string): string | null {
  const plain = /^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*|\[(\d{1,9}|"[^"\\$%]*")\])*$/.test(value);
  return plain ? null : `"${value}" is not a resource's or a module's address`;
}
