import { createHmac, hkdfSync, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";

/** A cluster and a user of a kubeconfig, as `kubectl config view --raw` prints them. */
export type Entries = { cluster: Readonly<Record<string, unknown>>; user: Readonly<Record<string, unknown>> };

/** Names how the commands reach their cluster, by which login, and as whom; `kubeconfig` are the files, as a path list. */
export type Identify = (entries: Entries, kubeconfig: string) => Promise<string>;

/** The parts of an identity, in order, in words for whoever is told that one differs. */
export const IDENTITY_PARTS = [
  "the way to its cluster (address, proxy or trusted certificates)",
  "its login (token, certificate or login program)",
  "whom it impersonates",
] as const;

/** Of 64 bits each: nobody can try values without the key. */
const SHOWN_CHARS = 16;

/**
 * Makes it. Keyed, with a key derived from GREENLIGHT_ENCRYPTION_KEY: an identity is stored with the plan, and a plain hash
 * of a password would be found by trying. A secret stands in no identity but through this hash.
 *
 * What says the same of somebody in new words is one identity: of a token that is a JWT the claims that say who, of a
 * client certificate subject and issuer, since login programs write both anew every hour. An opaque token, or a password,
 * says nothing of whose it is: another one is another login.
 */
export function createIdentify(key: Buffer): Identify {
  const own = Buffer.from(hkdfSync("sha256", key, "", "greenlight target identity", 32));
  const hash = (part: unknown): string =>
    createHmac("sha256", own)
      .update(JSON.stringify(inOrder(part)))
      .digest("hex")
      .slice(0, SHOWN_CHARS);
  return async ({ cluster, user }, kubeconfig) => {
    const read = (path: unknown) => filesAt(path, kubeconfig);
    const { extensions: _1, "certificate-authority": trusted, ...way } = cluster;
    const [login, as] = await splitUser(user, read);
    return [{ ...way, trusted: await read(trusted) }, login, as].map(hash).join(".");
  };
}

type ReadFiles = (path: unknown) => Promise<string[] | null>;

async function splitUser(user: Entries["user"], read: ReadFiles): Promise<[login: object, as: object]> {
  const {
    extensions: _1,
    as,
    "as-uid": uid,
    "as-groups": groups,
    "as-user-extra": extra,
    token,
    tokenFile,
    "client-certificate": certificate,
    "client-certificate-data": certificateData,
    "client-key": key,
    "client-key-data": keyData,
    "auth-provider": provider,
    ...rest
  } = user;
  const inline = typeof certificateData === "string" ? [fromBase64(certificateData)] : null;
  const certificates = (inline ?? (await read(certificate)))?.map(whoseCertificate) ?? null;
  const login = {
    ...rest,
    token: typeof token === "string" ? whoseToken(token) : token,
    tokenFile,
    tokens: (await read(tokenFile))?.map(whoseToken) ?? null,
    certificates,
    // The key of a certificate that can be read proves that certificate and nothing else.
    key: certificates === null ? [key, keyData] : null,
    provider: whoseProvider(provider),
  };
  return [login, { as, uid, groups, extra }];
}

/**
 * What stands at a path of a kubeconfig. A relative one counts from the file that names it, and of several files nobody can
 * tell which: what stands there beside any of them counts.
 */
async function filesAt(path: unknown, kubeconfig: string): Promise<string[] | null> {
  if (typeof path !== "string" || path === "") return null;
  const places = isAbsolute(path)
    ? [path]
    : kubeconfig.split(delimiter).map((file) => join(dirname(file), path));
  const texts = places.map((place) => readFile(place, "latin1").catch(() => "(not there)"));
  return Promise.all(texts);
}

/** Claims that are new in every token, of the same person too; and of a service account the pod it was made for. */
const PASSING = new Set(
  "exp iat nbf jti auth_time at_hash c_hash s_hash nonce sid session_state uti rh aio".split(" "),
);

function whoseToken(token: string): unknown {
  const [, payload, signature, more] = token.trim().split(".");
  const claims = payload === undefined || !signature || more !== undefined ? null : claimsOf(payload);
  // Without somebody in it, it says no more than an opaque one.
  if (claims === null || claims["iss"] === undefined || claims["sub"] === undefined) return { opaque: token };
  const kept = Object.entries(claims).filter(([name]) => !PASSING.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, name === "kubernetes.io" ? accountOf(value) : value]),
  );
}

function claimsOf(payload: string): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? { ...claims } : null;
  } catch {
    return null;
  }
}

function accountOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { pod: _1, node: _2, warnafter: _3, ...kept } = { ...value } as Record<string, unknown>;
  return kept;
}

function whoseCertificate(text: string): unknown {
  try {
    const { subject, issuer, subjectAltName } = new X509Certificate(Buffer.from(text, "latin1"));
    return { subject, issuer, subjectAltName };
  } catch {
    return { opaque: text };
  }
}

/** kubectl itself writes the tokens of an OIDC provider anew. Its refresh token stays in: with another one the next token is another person's. */
function whoseProvider(provider: unknown): unknown {
  if (typeof provider !== "object" || provider === null) return provider;
  const { name, config } = { ...provider } as Record<string, unknown>;
  if (typeof config !== "object" || config === null) return provider;
  const {
    "access-token": _1,
    expiry: _2,
    "expires-in": _3,
    "expires-on": _4,
    "id-token": id,
    ...kept
  } = { ...config } as Record<string, unknown>;
  return { name, config: { ...kept, id: typeof id === "string" ? whoseToken(id) : id } };
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString("latin1");
}

/** The order of keys says nothing; kubectl and a person write them differently. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
}
