import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { FLAG_RULES, REFUSED_FLAGS } from "#policy/terraform/flags.ts";
import { FLAGS_OF, VERSION } from "#policy/terraform/flags-from-help.ts";
import { VERBS } from "#policy/terraform/verbs.ts";
import { isOlder, namesOf } from "#test/policy/flags/specs.ts";
import { terraformFaults, terraformVersion } from "#test/policy/flags/terraform-help.ts";
import { terraformVerbs } from "#test/policy/flags/verbs.ts";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";

describe("what policy says of terraform's flags", () => {
  it("is said of every flag of every verb", () => {
    const open = Object.entries(VERBS).flatMap(([verb, { flags, never = {} }]) => {
      const said = new Set([...flags, ...Object.keys(never), ...Object.keys(REFUSED_FLAGS)]);
      return namesOf(FLAGS_OF[verb] ?? "").flatMap((name) => (said.has(name) ? [] : [`${verb} ${name}`]));
    });
    assert.deepEqual(open, [], "say of each in src/policy/terraform/verbs.ts whether it may stand there");
  });

  it("names no flag that terraform has not", () => {
    const strange = Object.entries(VERBS).flatMap(([verb, { flags, never = {} }]) => {
      const has = new Set(namesOf(FLAGS_OF[verb] ?? ""));
      return [...flags, ...Object.keys(never)]
        .filter((name) => !has.has(name))
        .map((name) => `${verb} ${name}`);
    });
    const all = new Set(Object.values(FLAGS_OF).flatMap(namesOf));
    assert.deepEqual(strange, []);
    assert.deepEqual(
      Object.keys(FLAG_RULES).filter((name) => !all.has(name)),
      [],
    );
    assert.deepEqual(Object.keys(FLAGS_OF), terraformVerbs());
  });
});

describe("the terraform that is installed", { skip: reasonWithoutTerraform() }, () => {
  let version = "";
  before(async () => {
    version = await terraformVersion();
  });

  it("takes the flags that are written down, and each with a value or without as it is read", async (t) => {
    if (isOlder(version, VERSION))
      return t.skip(`terraform ${version} is older than ${VERSION}, whose flags are written down`);
    const faults: string[] = [];
    const work = terraformVerbs();
    const worker = async (): Promise<void> => {
      for (let verb = work.pop(); verb !== undefined; verb = work.pop())
        faults.push(...(await terraformFaults(verb, FLAGS_OF[verb] ?? "")));
    };
    await Promise.all([worker(), worker(), worker()]);
    const say = `terraform ${version} takes flags otherwise than written down: run "npm run flags", and say in src/policy/terraform/verbs.ts which may stand there`;
    assert.deepEqual(faults, [], say);
  });

  it("would be seen to read a flag otherwise", async () => {
    const seen: [verb: string, specs: string][] = [
      ["import", "-no-such-flag?"],
      ["plan", "-auto-approve?"],
      ["version", "-json? -id="],
      ["show", "-json="],
      ["show", ""],
      ["taint", (FLAGS_OF["taint"] ?? "").replace("-state=", "-state?")],
    ];
    for (const [verb, specs] of seen) assert.notDeepEqual(await terraformFaults(verb, specs), [], verb);
  });
});
