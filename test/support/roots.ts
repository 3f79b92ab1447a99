import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { StepKey } from "#change/journal.ts";
import type { Command, Plan } from "#change/plan.ts";
import type { BoundPlan, PreviewedPlan } from "#change/preview.ts";
import { noBox } from "#execution/box/box.ts";
import { SEES_NOTHING } from "#execution/box/view.ts";
import { createGivenTo } from "#execution/child-environment.ts";
import { createLooks } from "#execution/looks.ts";
import { unpackPackage } from "#execution/modules/package-bytes.ts";
import { previewPlan } from "#execution/previews/preview.ts";
import { readyStep } from "#execution/ready-step.ts";
import { createIdentify } from "#execution/target-identity.ts";
import type { WorkspaceDeps } from "#execution/workspace/copy.ts";
import { type Policy, PolicyDocument, withHash } from "#policy/document.ts";
import { createRedact } from "#redact/redact.ts";
import { executionDeps } from "./execution.ts";

/** A workspace with terraform roots, and what plans and readies them, as the program puts them together. */
export type Roots = {
  folder: string;
  ground: WorkspaceDeps;
  policy: Policy;
  /** Sealed rows in the program: packages by their hash. */
  packages: Map<string, Buffer>;
  preview: (changeId: string, plan: Plan) => Promise<PreviewedPlan>;
  ready: (
    key: StepKey,
    command: Command,
    bound: BoundPlan,
    signal: AbortSignal,
  ) => ReturnType<typeof readyStep>;
  write: (files: Readonly<Record<string, string>>) => Promise<void>;
  remove: () => Promise<void>;
};

/** What every root gets, wherever it lies. */
const GIVEN = {
  home_paths: [".terraformrc"],
  variables: ["SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy"],
};

/** Makes them in a new folder. `settings` is the content of the `.terraformrc`, `terraform` that part of the policy. */
export async function makeRoots(given: {
  settings?: string;
  env?: Readonly<Record<string, string>>;
  terraform?: object;
  /** Where the roots lie. */
  directory?: string;
}): Promise<Roots> {
  const folder = await mkdtemp(join(tmpdir(), "greenlight-roots-"));
  const home = join(folder, "home");
  const ground: WorkspaceDeps = { workspace: join(folder, "workspace"), dataDir: join(folder, "data") };
  for (const directory of [home, ground.workspace, ground.dataDir])
    await mkdir(directory, { recursive: true });
  await writeFile(join(home, ".terraformrc"), given.settings ?? "disable_checkpoint = true\n");
  const document = {
    version: 1,
    environments: { roots: { ...GIVEN, directories: [given.directory ?? "roots"] } },
    ...(given.terraform === undefined ? {} : { terraform: given.terraform }),
  };
  const policy = withHash(PolicyDocument.parse(document));
  const packages = new Map<string, Buffer>();
  ground.openPackage = async (_, sha256) => {
    const bytes = packages.get(sha256);
    return bytes === undefined ? null : unpackPackage(bytes);
  };
  const inherited = { PATH: process.env["PATH"], HOME: home, ...given.env };
  const givenTo = createGivenTo({
    dataDir: ground.dataDir,
    policy,
    inherited,
    kubeconfig: null,
    sees: SEES_NOTHING,
  });
  const looks = createLooks({
    ...ground,
    policy,
    givenTo,
    box: noBox,
    identify: createIdentify(Buffer.alloc(32)),
    redact: createRedact([]),
  });
  const plans = new Map<string, { bytes: Buffer; path: string }>();
  const deps = executionDeps({
    ...{ ...ground, policy, looks },
    keepPlan: async ({ changeId, step }, kept) => void plans.set(`${changeId} ${step}`, kept),
    keepStates: async () => {},
    keepPackage: async (_, { bytes, sha256 }) => void packages.set(sha256, bytes),
    openPlan: async ({ changeId, step }) => plans.get(`${changeId} ${step}`) ?? null,
  });
  return {
    folder,
    ground,
    policy,
    packages,
    preview: (changeId, plan) =>
      previewPlan(deps, { changeId, revision: 1, plan, answers: [] }, AbortSignal.timeout(300_000)),
    ready: (key, command, bound, signal) => readyStep(deps, key, command, bound, signal),
    write: async (files) => {
      for (const [path, text] of Object.entries(files)) {
        const file = join(ground.workspace, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A plan with one step: terraform in one root. */
export function terraformPlan(dir: string, ...args: string[]): Plan {
  const step = {
    step: 1,
    description: "",
    tool: "terraform",
    args,
    dir,
    risk: "low",
    rollback: null,
  } as const;
  return { summary: "", plan: [step], risk_level: "low", risk_reason: "", questions: [] };
}
