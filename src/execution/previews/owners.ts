import { type ClusterObject, nameOf } from "./object-changes.ts";

/** So many objects are told of; a step that reaches more has the same owner mostly. */
const MAX_TOLD = 5;

/** Who keeps an object as a repository or a chart says, by what they write on it, and may take a change of it back. */
export function ownerFacts(now: readonly ClusterObject[]): string[] {
  return now.slice(0, MAX_TOLD).flatMap((object) => {
    const owner = ownerOf(object);
    return owner === null ? [] : [`${nameOf(object)} is kept by ${owner}`];
  });
}

/**
 * Argo CD is known by its tracking annotation alone: the label app.kubernetes.io/instance is written by charts that nobody
 * syncs. What Flux installs as a chart bears Helm's marks too, so Flux stands before Helm.
 */
function ownerOf({ metadata }: ClusterObject): string | null {
  const mark = (name: string) => metadata.annotations?.[name] ?? metadata.labels?.[name] ?? "";
  const tracked = mark("argocd.argoproj.io/tracking-id");
  if (tracked !== "")
    return `Argo CD (application ${tracked.split(":")[0]}), which may take this back at its next sync`;
  const kustomization = mark("kustomize.toolkit.fluxcd.io/name");
  if (kustomization !== "")
    return `Flux (kustomization ${kustomization}), which takes this back at its next run unless it is suspended`;
  const flux = mark("helm.toolkit.fluxcd.io/name");
  if (flux !== "") return `Flux (Helm release ${flux}), whose next upgrade may take this back`;
  const release = mark("meta.helm.sh/release-name");
  return mark("app.kubernetes.io/managed-by") === "Helm" && release !== ""
    ? `Helm (release ${release}), whose next upgrade may take this back`
    : null;
}
