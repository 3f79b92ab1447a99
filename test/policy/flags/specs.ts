/** The long names in a text of flags as `flagTable` reads it. */
export function namesOf(specs: string): string[] {
  return specs.split(" ").flatMap((spec) => (spec === "" ? [] : [spec.slice(0, -1).split("|").at(-1) ?? ""]));
}

/** Whether a version such as "1.9" came before another. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
