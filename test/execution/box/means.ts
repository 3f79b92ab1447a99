import { spawnSync } from "node:child_process";
import { type Box, type Means, noBox } from "#execution/box/box.ts";
import { createBwrap } from "#execution/box/bwrap.ts";
import { createLandlockBox } from "#execution/box/landlock.ts";
import { findSystemPlaces } from "#execution/box/places.ts";
import { createUserBox } from "#execution/box/user.ts";
import { reasonWithoutBox } from "#test/support/box.ts";

const LAUNCHER = new URL("../../../src/execution/box/launcher.pl", import.meta.url).pathname;

/** Every means there is, for what has to hold in each. */
export const EVERY_MEANS: readonly Means[] = ["none", "bwrap", "user", "landlock"];

/** A box of this means whose changes lie in `dataDir`. */
export async function boxOf(means: Means, dataDir: string): Promise<Box> {
  if (means === "none") return noBox;
  if (means === "user") return createUserBox({ dataDir });
  const given = { dataDir, hidden: [dataDir], system: await findSystemPlaces() };
  return means === "bwrap"
    ? createBwrap({ ...given, bwrap: "/usr/bin/bwrap", required: [] })
    : createLandlockBox({ ...given, readOnly: [], ports: [] });
}

/** `false`, or why this machine has no such means. */
export function reasonWithout(means: Means): string | false {
  if (means === "none") return false;
  if (means === "user") return process.getuid?.() === 0 ? false : "only root can give each change a user";
  if (means === "bwrap") return reasonWithoutBox();
  const abi = spawnSync("/usr/bin/perl", [LAUNCHER, "--abi"], { encoding: "utf8" }).stdout;
  return process.env["GREENLIGHT_TEST_BOX"] === "required" || Number(abi) >= 6
    ? false
    : "the kernel's Landlock is older than version 6, or perl is missing";
}
