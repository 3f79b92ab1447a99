import type { Rule } from "./rule.ts";
import { inQuotes, name } from "./words.ts";

/** The cluster could not be reached, or nobody was logged in. */
export const REACH_RULES: readonly Rule[] = [
  {
    kind: "refused",
    said: /^The connection to the server (\S{1,253}) was refused/,
    why: ([server = ""]) =>
      `The cluster's server ${name(server)} refused the connection. Look whether it is up, and whether the kubeconfig names the right address.`,
  },
  {
    kind: "refused",
    said: /^(?:Unable to connect to the server: |Get "[^"\n]*": )?(?:\w+ )?dial tcp (\S{1,253}): connect: connection refused/,
    why: ([server = ""]) =>
      `The cluster's server ${name(server)} refused the connection. Look whether it is up, and whether the kubeconfig names the right address.`,
  },
  {
    kind: "no such host",
    said: /^(?:Unable to connect to the server: |Get "[^"\n]*": )?dial tcp: lookup (\S{1,253})(?: on \S{1,253})?: (?:no such host|server misbehaving)/,
    why: ([host = ""]) =>
      `The cluster's server ${name(host)} has no address: no such host. Look whether the kubeconfig names the right one, and whether its name can be resolved here.`,
  },
  {
    kind: "unreachable",
    said: /^(?:Unable to connect to the server: |Get "[^"\n]*": )?dial tcp (\S{1,253}): (?:i\/o timeout|connect: (connection timed out|no route to host|network is unreachable|connection reset by peer))/,
    why: ([server = "", how = "no answer in time"]) =>
      `The cluster's server ${name(server)} cannot be reached: ${name(how)}. Look whether this machine has a way there.`,
  },
  {
    kind: "timeout",
    said: /^Unable to connect to the server: (?:net\/http: (?:request canceled|TLS handshake timeout)|context deadline exceeded|[^\n]{0,300}(?:Client\.Timeout|i\/o timeout))/,
    why: () => "The cluster's server did not answer in time.",
  },
  {
    kind: "certificate",
    said: /^(?:Unable to connect to the server: |Get "[^"\n]*": )?(?:tls: failed to verify certificate: )?x509: ([\s\S]*)/,
    why: ([what = ""]) => `The certificate of the cluster's server is not accepted: ${inQuotes(what)}.`,
  },
  {
    kind: "login",
    said: /^(?:Unable to connect to the server: |Get "[^"\n]*": )?getting credentials: exec: executable (\S{1,253}) (not found|failed with exit code \d{1,5})/,
    why: ([program = "", how = ""]) =>
      `The kubeconfig's login program ${name(program)} ${how === "not found" ? "is not there" : how}, so nobody was logged in.`,
  },
  {
    kind: "login",
    said: /^You must be logged in to the server(?: \(([^\n]*)\))?/,
    why: () => "The cluster did not accept the kubeconfig's login.",
  },
  {
    kind: "connection",
    said: /^Unable to connect to the server: ([\s\S]*)/,
    why: ([what = ""]) => `kubectl could not connect to the cluster: ${inQuotes(what)}.`,
  },
  {
    kind: "context",
    said: /^(?:context "([^"\n]{0,253})" does not exist|Error in configuration: context was not found for specified context: (\S{1,253}))/,
    why: ([one, other]) => `The kubeconfig has no context ${name(one ?? other ?? "")}.`,
  },
];

/** The cluster answered, and could not reach what stands behind it: a node's kubelet, most often. */
export const BEHIND_RULES: readonly Rule[] = [
  {
    kind: "behind",
    said: /^Get "https?:\/\/([^"/\s]{1,253})\/[^"\n]*": ([\s\S]*)/,
    why: ([place = "", words = ""]) =>
      `The cluster's server could not reach ${name(place)}: ${inQuotes(words)}.`,
  },
];
