/**
 * Whether an annotation says more than a note does: it loosens what confines a container (AppArmor, seccomp), or says
 * which cloud identity a pod acts as (kube2iam, kiam).
 */
export function isWeighty(key: string): boolean {
  return /apparmor|seccomp|(^|\.)iam\.amazonaws\.com\//i.test(key);
}
