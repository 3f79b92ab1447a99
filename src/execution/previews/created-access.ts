import { type ClusterObject, readField } from "./object-changes.ts";

/** What a made object lets through or permits, as label and words; nothing for other kinds. What opens everything says so. */
export function accessOf(object: ClusterObject): [label: string, words: string][] {
  switch (object.kind) {
    case "NetworkPolicy":
      return networkPolicy(object["spec"]);
    case "Role":
    case "ClusterRole":
      return rules(object);
    case "RoleBinding":
    case "ClusterRoleBinding":
      return [["gives", `${roleOf(object["roleRef"])} to ${subjectsOf(object["subjects"])}`]];
    default:
      return [];
  }
}

function networkPolicy(spec: unknown): [string, string][] {
  const egress = readField(spec, ["egress"]);
  const given = listOf(readField(spec, ["policyTypes"]));
  // As the server reads one without types.
  const types = given.length > 0 ? given : ["Ingress", ...(egress === undefined ? [] : ["Egress"])];
  const ways = (label: string, some: unknown, side: "from" | "to"): [string, string][] => {
    const all = listOf(some);
    if (all.length === 0) return [[label, side === "from" ? "from: nobody" : "to: nowhere"]];
    return all.map((rule) => [label, `${side}: ${peersOf(rule, side)}, ${portsOf(rule)}`]);
  };
  return [
    ["holds for", podsOf(readField(spec, ["podSelector"]), "the namespace")],
    ...(types.includes("Ingress") ? ways("lets in", readField(spec, ["ingress"]), "from") : []),
    ...(types.includes("Egress") ? ways("lets out", egress, "to") : []),
  ];
}

function peersOf(rule: unknown, side: "from" | "to"): string {
  const all = side === "from" ? "anyone" : "everywhere";
  const peers = listOf(readField(rule, [side]));
  return peers.length === 0 ? all : peers.map((peer) => peerOf(peer, all)).join("; ");
}

function peerOf(peer: unknown, all: string): string {
  const cidr = readField(peer, ["ipBlock", "cidr"]);
  if (cidr !== undefined) {
    const except = listOf(readField(peer, ["ipBlock", "except"]));
    const less = except.length === 0 ? "" : ` except ${except.map(String).join(", ")}`;
    return /\/0+$/.test(String(cidr)) ? `${all} (${String(cidr)})${less}` : `${String(cidr)}${less}`;
  }
  const spaces = readField(peer, ["namespaceSelector"]);
  const where =
    spaces === undefined || spaces === null
      ? "the namespace"
      : isEmpty(spaces)
        ? "every namespace"
        : `the namespaces with ${selectorOf(spaces)}`;
  return podsOf(readField(peer, ["podSelector"]), where);
}

function podsOf(selector: unknown, where: string): string {
  return isEmpty(selector) ? `every pod of ${where}` : `pods of ${where} with ${selectorOf(selector)}`;
}

function portsOf(rule: unknown): string {
  const ports = listOf(readField(rule, ["ports"]));
  if (ports.length === 0) return "every port";
  const words = ports.map((one) => {
    const [port, end] = [readField(one, ["port"]), readField(one, ["endPort"])];
    const which =
      port === undefined ? "every" : `${String(port)}${end === undefined ? "" : ` to ${String(end)}`}`;
    return `${which}${protocolOf(one)}`;
  });
  return `${words.length === 1 ? "port" : "ports"} ${words.join(", ")}`;
}

function protocolOf(port: unknown): string {
  const protocol = readField(port, ["protocol"]) ?? "TCP";
  return protocol === "TCP" ? "" : ` ${String(protocol)}`;
}

function rules(object: ClusterObject): [string, string][] {
  const own = listOf(object["rules"]).map((rule): [string, string] => ["may", ruleOf(rule)]);
  const gathers = listOf(readField(object["aggregationRule"], ["clusterRoleSelectors"]));
  return [
    ...own,
    ...gathers.map((one): [string, string] => [
      "takes the rules of",
      `every ClusterRole with ${selectorOf(one)}`,
    ]),
  ];
}

function ruleOf(rule: unknown): string {
  const words = (name: string) => listOf(readField(rule, [name])).map(String);
  const verbs = words("verbs").includes("*") ? "do everything" : words("verbs").join(", ");
  const [groups, named] = [words("apiGroups"), words("resourceNames")];
  const resources = words("resources").includes("*") ? "everything" : words("resources").join(", ");
  const group = groups.includes("*")
    ? " of every API"
    : groups.some((one) => one !== "")
      ? ` of ${groups.filter((one) => one !== "").join(", ")}`
      : "";
  const what = [
    ...(resources === "" ? [] : [`${resources}${group}`]),
    ...words("nonResourceURLs").map((url) => `the address ${url}`),
  ].join(", ");
  return `${verbs} on ${what}${named.length === 0 ? "" : `, only ${named.join(", ")}`}`;
}

function roleOf(ref: unknown): string {
  return `${String(readField(ref, ["kind"]))}/${String(readField(ref, ["name"]))}`;
}

function subjectsOf(subjects: unknown): string {
  const named = listOf(subjects).map((one) => {
    const space = readField(one, ["namespace"]);
    return `${String(readField(one, ["kind"]))} ${space === undefined ? "" : `${String(space)}/`}${String(readField(one, ["name"]))}`;
  });
  return named.length === 0 ? "nobody" : named.join(", ");
}

function selectorOf(selector: unknown): string {
  const labels = Object.entries(readField(selector, ["matchLabels"]) ?? {}).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const more = listOf(readField(selector, ["matchExpressions"])).map((one) => {
    const values = listOf(readField(one, ["values"])).map(String);
    return `${String(readField(one, ["key"]))} ${String(readField(one, ["operator"]))} ${values.join(", ")}`.trim();
  });
  return [...labels, ...more].join(", ");
}

function isEmpty(selector: unknown): boolean {
  return selector === undefined || selector === null || selectorOf(selector) === "";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
