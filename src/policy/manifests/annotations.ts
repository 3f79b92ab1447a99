/**
 * Whose annotations and labels are instructions: names before the slash, a domain with all below it. They bring a
 * container, a secret, a device, a network or a cloud identity into a pod, or open a way to it.
 */
const DOMAINS = [
  // Identities of clouds, and what else clouds do by them.
  ...["amazonaws.com", "k8s.aws", "gke.io", "cloud.google.com", "azure.com", "azure.workload.identity"],
  // Secrets put into pods, or copied to other namespaces.
  ...[
    "vault.hashicorp.com",
    "banzaicloud.io",
    "bank-vaults.dev",
    "1password.io",
    "1password.com",
    "doppler.com",
  ],
  ...["infisical.com", "akeyless.io", "conjur.org", "cyberark.com", "secrets-store.csi.k8s.io", "spiffe.io"],
  ...["replicator.v1.mittwald.de", "reflector.v1.k8s.emberstack.com", "kubed.appscode.com"],
  // Meshes: a sidecar in front of all traffic, or none where there should be one.
  ...["istio.io", "linkerd.io", "consul.hashicorp.com", "kuma.io", "openservicemesh.io", "appmesh.k8s.aws"],
  ...["dapr.io", "traefik.io", "traefik.me", "servicemesh.cisco.com", "networkservicemesh.io"],
  // Networks and addresses.
  ...["cni.cncf.io", "multus-cni.io", "cilium.io", "projectcalico.org", "ovn.org", "ovn.kubernetes.io"],
  ...[
    "antrea.io",
    "kube-ovn.io",
    "weave.works",
    "metallb.universe.tf",
    "metallb.io",
    "kube-vip.io",
    "tailscale.com",
  ],
  ...[
    "external-dns.alpha.kubernetes.io",
    "external-dns.kubernetes.io",
    "cert-manager.io",
    "certmanager.k8s.io",
  ],
  ...[
    "ingress.kubernetes.io",
    "nginx.org",
    "haproxy.org",
    "haproxy-ingress.github.io",
    "konghq.com",
    "getambassador.io",
  ],
  ...[
    "projectcontour.io",
    "service.beta.kubernetes.io",
    "service.alpha.kubernetes.io",
    "service.kubernetes.io",
  ],
  ...[
    "networking.k8s.io",
    "gateway.networking.k8s.io",
    "skupper.io",
    "submariner.io",
    "cloudflare.com",
    "ngrok.com",
  ],
  // Runtimes: devices, kernels, hooks.
  ...["crio.io", "cdi.k8s.io", "katacontainers.io", "kubevirt.io", "nvidia.com", "intel.com"],
  // Code put into programs.
  ...["opentelemetry.io", "jaegertracing.io", "admission.datadoghq.com", "newrelic.com", "dynatrace.com"],
  ...[
    "appdynamics.com",
    "instana.io",
    "contrastsecurity.com",
    "aspecto.io",
    "odigos.io",
    "mutate.kyverno.io",
  ],
  // What holds a pod in, and who may look away.
  ...["pod-security.kubernetes.io", "security.alpha.kubernetes.io", "security.openshift.io", "openshift.io"],
  ...["gatekeeper.sh", "kyverno.io", "falco.org"],
  // Commands run in a pod, images taken, objects scaled or deleted by somebody's controller.
  ...[
    "velero.io",
    "k8up.io",
    "kanister.io",
    "libopenstorage.org",
    "keel.sh",
    "fluxcd.io",
    "flux.weave.works",
  ],
  ...["downscaler", "janitor", "sleepmode.loft.sh"],
];

/** Beginnings of names that have no slash, or the domain's words in front of what varies. */
const BEGINNINGS = [
  "io.cilium",
  "io.kubernetes.cri",
  "io.containerd.",
  "io.katacontainers.",
  "dev.gvisor.",
  "cpu-load-balancing.",
  "irq-load-balancing.",
  "run.oci.",
  "istio-",
  "aadpodidbinding",
  "kubernetes.io/ingress.class",
  "kubernetes.io/psp",
  "kubernetes.io/enforce-mountable-secrets",
  "kubernetes.io/service-account.",
];

/** Words that say as much, whoever's they are. */
const WORDS =
  /apparmor|seccomp|(^|[./_-])(auto-?)?inject(ion|or|ed)?([./_-]|$)|sidecar|snippet|selinux|hostpath|assume-?role|role-?arn/;

/** Why a person has to look at such a name; follows it in a sentence. */
export const WEIGHT =
  "gives a pod an identity, secrets, a network or a container, or loosens what confines it";

/**
 * Whether an annotation or label says more than a note does: by it a controller or runtime gives a pod an identity,
 * secrets, devices, a network or another container, or lets go of what confines it.
 */
export function isWeighty(key: string): boolean {
  const name = key.toLowerCase();
  const domain = name.split("/", 1)[0] ?? "";
  return (
    WORDS.test(name) ||
    BEGINNINGS.some((begin) => name.startsWith(begin)) ||
    DOMAINS.some((known) => domain === known || domain.endsWith(`.${known}`))
  );
}
