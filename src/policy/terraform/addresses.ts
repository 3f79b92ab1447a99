import { BELOW, ROOT_PATH, type Value } from "#policy/terraform/values/values.ts";

/** Attributes by which a cloud tells where something of its own is reached: not what a configuration wrote there itself. */
const TOLD: Readonly<Record<string, string>> = {
  aws_eks_cluster: "endpoint identity certificate_authority",
  aws_db_instance: "address endpoint",
  aws_rds_cluster: "endpoint reader_endpoint",
  aws_elasticache_replication_group: "primary_endpoint_address configuration_endpoint_address",
  aws_lb: "dns_name",
  aws_alb: "dns_name",
  aws_opensearch_domain: "endpoint",
  aws_elasticsearch_domain: "endpoint",
  aws_docdb_cluster: "endpoint",
  aws_redshift_cluster: "endpoint dns_name",
  aws_iam_openid_connect_provider: "url",
  google_container_cluster: "endpoint master_auth control_plane_endpoints_config private_cluster_config",
  google_sql_database_instance:
    "public_ip_address private_ip_address first_ip_address ip_address connection_name",
  azurerm_kubernetes_cluster: "kube_config kube_admin_config fqdn private_fqdn oidc_issuer_url",
  azurerm_postgresql_flexible_server: "fqdn",
  azurerm_mysql_flexible_server: "fqdn",
  azurerm_mssql_server: "fully_qualified_domain_name",
  digitalocean_kubernetes_cluster: "endpoint kube_config",
  digitalocean_database_cluster: "host private_host uri private_uri",
  linode_lke_cluster: "api_endpoints",
  oci_containerengine_cluster: "endpoints",
  hcp_vault_cluster: "vault_public_endpoint_url vault_private_endpoint_url",
};
const TOLD_BY = new Map(Object.entries(TOLD).map(([type, names]) => [type, new Set(names.split(" "))]));

/** What is wrong with an address that is written plainly, in words behind it; null: nothing. */
export function addressFault(written: string): string | null {
  if (written === "") return null;
  if (written.includes(BELOW) || written.includes(ROOT_PATH)) return "is not known before terraform runs";
  const [, scheme = null, rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(.*)$/s.exec(written) ?? [];
  if (scheme !== null && !/^(https|postgres|postgresql)$/.test(scheme))
    return `goes by ${scheme}://, not by https://`;
  if (
    /^postgres/.test(scheme ?? "") &&
    /[?&](host|hostaddr|service|passfile|ssl(key|cert|rootcert))=/i.test(rest)
  )
    return "names files or another host";
  const [place = ""] = rest.split(/[/?#]/);
  const host = place
    .replace(/^[^@]*@(?=[^@]*$)/, /^postgres/.test(scheme ?? "") ? "" : "$&")
    .replace(/:\d{1,5}$/, "");
  return hostFault(host.toLowerCase().replace(/\.$/, ""));
}

/** Whether a value is an address that a cloud told of something of its own. */
export function isTold({ type, attribute, before, after }: Extract<Value, { kind: "from" }>): boolean {
  if (!/^(https:\/\/)?$/.test(before) || !/^(:\d{1,5})?(\/[\w./-]*)?$/.test(after)) return false;
  return TOLD_BY.get(type)?.has(attribute) ?? false;
}

function hostFault(host: string): string | null {
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host)) return "is no plain host name";
  if (/(^|\.)localhost$/.test(host) || /^metadata($|\.)/.test(host) || /169[.-]254[.-]/.test(host))
    return "leads to this machine or to its cloud's metadata";
  // 2852039166 and 0xa9fea9fe are addresses too.
  if (!/^[0-9.]+$|^0x|\.0x/.test(host)) return null;
  const parts = host.split(".");
  const isPlain =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  if (!isPlain) return "is an oddly written address";
  return ["0", "127"].includes(parts[0] ?? "") ? "leads to this machine" : null;
}
