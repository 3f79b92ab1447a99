import { codeOf } from "./setup-error.ts";

const WHY = new Map([
  ["EADDRINUSE", "PORT: AT is taken by another program. Set PORT to a free one, or end that program."],
  ["EACCES", "PORT: AT may not be opened by this user. Set PORT to 1024 or more."],
  ["EADDRNOTAVAIL", "HOST: AT is no address of this machine. Set HOST to one of its own, or to 0.0.0.0."],
  ["ENOTFOUND", "HOST: AT cannot be found. Set HOST to an address of this machine."],
]);

/** Why the server cannot listen at this host and port, in words; null where that is no matter of settings. */
export function whyNoAddress(fault: Error, { host, port }: { host: string; port: number }): string | null {
  return WHY.get(codeOf(fault))?.replace("AT", `${host}:${port}`) ?? null;
}
