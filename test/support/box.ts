import { spawnSync } from "node:child_process";

const PROGRAM = "bwrap";
const REQUIRED = process.env["GREENLIGHT_TEST_BOX"] === "required";

let works: boolean | undefined;

/** Whether bubblewrap works on this machine at all. What it keeps from commands is the box's own tests' to say. */
function boxWorks(): boolean {
  works ??=
    spawnSync(PROGRAM, ["--ro-bind", "/", "/", "--unshare-user", "--unshare-pid", "--proc", "/proc", "true"])
      .status === 0;
  return works;
}

/** What GREENLIGHT_BOX is for programs that tests start: a box where there may be one. Without one terraform would be refused. */
export function boxOfTests(): "bwrap" | "none" {
  return REQUIRED || boxWorks() ? "bwrap" : "none";
}

/** `false`, or the reason to skip a test of the box. Where a box is required its lack is a failure, and nothing is skipped. */
export function reasonWithoutBox(): string | false {
  return REQUIRED || boxWorks()
    ? false
    : "no box: bubblewrap is not installed, or may not work on this machine";
}

/** What a program that a test starts shows its commands beside: the directory in which a test's own kubectl or terraform keeps notes. */
export function seeing(dir: string): { sees: { readOnly: string[]; readWrite: string[] } } {
  return { sees: { readOnly: [], readWrite: [dir] } };
}
