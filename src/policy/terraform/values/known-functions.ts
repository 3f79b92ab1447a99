/** The functions of terraform 1.11 (`terraform metadata functions`), and those that only write types. Another one may do anything. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    "abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can ceil",
    "chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains csvdecode",
    "dirname distinct element endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512 fileexists",
    "filemd5 fileset filesha1 filesha256 filesha512 flatten floor format formatdate formatlist indent index issensitive",
    "join jsondecode jsonencode keys length log lookup lower matchkeys max md5 merge min nonsensitive one parseint",
    "pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct",
    "setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev substr sum",
    "templatefile templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist tomap",
    "tonumber toset tostring transpose trim trimprefix trimspace trimsuffix try upper urlencode uuid uuidv5 values",
    "yamldecode yamlencode zipmap",
    "any list map object optional set tuple",
  ].flatMap((row) => row.split(" ")),
);

/** Functions of providers that only take texts apart or put them together. */
const OF_PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  aws: ["arn_build", "arn_parse", "trim_iam_role_path"],
  azurerm: ["normalise_resource_id", "parse_resource_id"],
  google: [
    ...["location_from_id", "name_from_id", "project_from_id"],
    ...["region_from_id", "region_from_zone", "zone_from_id"],
  ],
  kubernetes: ["manifest_decode", "manifest_decode_multi", "manifest_encode"],
  terraform: ["decode_tfvars", "encode_expr", "encode_tfvars"],
  time: ["duration_parse", "rfc3339_parse", "unix_timestamp_parse"],
};

/** Whether terraform itself has a function of this name. */
export function isKnownFunction(name: string): boolean {
  return KNOWN.has(name);
}

/** Whether this is a function of a provider that reads and runs nothing. */
export function isPlainProviderFunction(name: string): boolean {
  const [, provider = "", own = ""] = /^provider::([\w-]+)::([\w-]+)$/.exec(name) ?? [];
  return Object.hasOwn(OF_PROVIDERS, provider) && (OF_PROVIDERS[provider]?.includes(own) ?? false);
}
