import type { Policy } from "#policy/document.ts";
import { type Finding, high } from "#policy/finding.ts";

/** A finding for each image that does not come from where the policy says images come from. Nothing when it names no place. */
export function judgeImages(images: readonly unknown[], policy: Policy): Finding[] {
  if (policy.registries.length === 0) return [];
  const places = policy.registries.map((place) => placeOf(place.replace(/\/+$/, ""), false));
  const findings: Finding[] = [];
  for (const image of new Set(images)) {
    const place = typeof image === "string" ? placeOf(image, true) : null;
    const isListed = place !== null && places.some((listed) => isBelow(place, listed));
    if (!isListed)
      findings.push(high(`the image ${JSON.stringify(image)} comes from elsewhere than the policy lists`));
  }
  return findings;
}

/** `nginx:1.27` is docker.io/library/nginx; null when it is not spelled as an image is. */
function placeOf(image: string, isImage: boolean): string | null {
  const bare = isImage ? withoutVersion(image) : image;
  if (!/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/.test(bare) || /\/\/|\.\./.test(bare)) return null;
  const [first = "", ...rest] = bare.split("/");
  // Only a dot, a port or "localhost" makes the first part a host.
  const isHost = (rest.length > 0 || !isImage) && /[.:]|^localhost$/.test(first);
  if (!isHost) return ["docker.io", ...(rest.length === 0 ? ["library"] : []), first, ...rest].join("/");
  const host = first.toLowerCase().replace(/^(index|registry-1)\.docker\.io$/, "docker.io");
  if (host === "docker.io" && rest.length === 1 && isImage) return `docker.io/library/${rest[0]}`;
  return [host, ...rest].join("/");
}

function withoutVersion(image: string): string {
  const bare = image.split("@", 1)[0] ?? "";
  const colon = bare.lastIndexOf(":");
  return colon > bare.lastIndexOf("/") ? bare.slice(0, colon) : bare;
}

function isBelow(place: string, listed: string | null): boolean {
  return listed !== null && (place === listed || place.startsWith(`${listed}/`));
}
