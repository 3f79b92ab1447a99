import { codeOf } from "./setup-error.ts";

const AS_CODE =
  "A character such as # @ : / ? in the password has to be written as its code, such as %23 for #";
const BY_POOLER =
  "leads to a pooler that refuses what Greenlight sets when it connects. Name PostgreSQL itself, or list the refused setting under the pooler's ignore_startup_parameters";

/** By SQLSTATE (PostgreSQL, appendix A) or the code of Node's connection. */
const BY_CODE: readonly [codes: RegExp, why: string][] = [
  [/^ERR_INVALID_URL$/, `cannot be read as an address. ${AS_CODE}`],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "names a host that cannot be found. Mend the name, or the machine's DNS"],
  [
    /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    "names a host and port where no PostgreSQL answers. Start it, mend the address, or open the way there",
  ],
  [/^ENOENT$/, "names a socket or certificate that is not there. Mend the path, or start PostgreSQL"],
  [/^28P01$/, `has a user or password that the server refuses. Mend it. ${AS_CODE}`],
  [
    /^28000$/,
    "has a user, a database or a client address that the server lets in by no rule. Mend pg_hba.conf there, or add sslmode=require where it wants TLS",
  ],
  [/^3D000$/, "names a database that does not exist. Make it with CREATE DATABASE, or mend the name"],
  [
    /^42501$/,
    "has a user who lacks rights in its database. Make that user the owner of a database of its own",
  ],
  [/^53300$/, "leads to a server whose connections are all in use. Raise max_connections there, or end some"],
  [/^57P03$/, "leads to a server that is starting or stopping. Start Greenlight again in a moment"],
  [/^25006$/, "leads to a server that takes no writes, as a standby does. Name the primary"],
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    "leads to a server whose certificate no known authority signed. Name its authority's file with sslrootcert=FILE beside sslmode=verify-full",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "leads to a server whose certificate is for another name. Use the name it is for",
  ],
  [/^CERT_HAS_EXPIRED$/, "leads to a server whose certificate has expired. Renew it there"],
];

const BY_TEXT: readonly [text: RegExp, why: string][] = [
  [
    /does not support SSL/,
    "asks for TLS (sslmode), and the server has none. Switch it on there, or take sslmode out",
  ],
  [/unsupported startup parameter/, BY_POOLER],
  [
    /^(timeout expired|Connection terminated|timeout exceeded when trying to connect)/,
    "names a host that takes connections and says nothing. Mend the address, or look at what stands in between",
  ],
  [/^SASL: /, "has no password, and the server asks for one. Write postgres://USER:PASSWORD@HOST/DATABASE"],
];

/** Why the database cannot be used, in words that hold no value of DATABASE_URL; null where settings do not mend it. */
export function whyNoDatabase(fault: Error): string | null {
  const code = codeOf(fault);
  const found =
    BY_TEXT.find(([text]) => text.test(fault.message)) ?? BY_CODE.find(([codes]) => codes.test(code));
  return found === undefined ? null : `DATABASE_URL: ${found[1]}.`;
}
