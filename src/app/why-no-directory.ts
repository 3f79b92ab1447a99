import { codeOf } from "./setup-error.ts";

const NO_RIGHTS = "may not be written by this user. Mend its rights, or name another directory";
const NO_DIRECTORY = "is no directory, or stands below a file. Name another one";
const WHY = new Map([
  ["EACCES", NO_RIGHTS],
  ["EPERM", NO_RIGHTS],
  ["EROFS", "lies on a disk that takes no writes. Name a directory on one that does"],
  ["ENOSPC", "lies on a disk that is full. Make room, or name another directory"],
  ["EDQUOT", "lies on a disk whose quota is used up. Make room, or name another directory"],
  ["ENOTDIR", NO_DIRECTORY],
  ["EEXIST", NO_DIRECTORY],
]);

/** Why the data directory cannot be used, in words; null where the fault is none of the directory's. */
export function whyNoDirectory(fault: Error, dataDir: string): string | null {
  const why = WHY.get(codeOf(fault));
  return why === undefined ? null : `GREENLIGHT_DATA: ${dataDir} ${why}.`;
}
