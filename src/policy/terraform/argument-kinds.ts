/**
 * What an argument of a provider or a backend means for whoever loads it. `plain`: any value is harmless. `file`: names a
 * file that is read. `address`: names who is talked to. `kubeconfig`: a file whose content may name a program. `account`:
 * a key, or the file it is in, which may say how to come by another one. `program`: runs something. `literal`: nobody
 * knows what it does, so it must at least be plain to see.
 */
export type ArgumentKind = "plain" | "file" | "address" | "kubeconfig" | "account" | "program" | "literal";
type Kinds = Readonly<Partial<Record<ArgumentKind, string>>>;

/** Names that mean the same with every provider: what is not here or below must be a literal. */
const COMMON: Kinds = {
  plain:
    "alias version for_each count iterator labels region project zone token access_token api_key api_token app_key user username password login " +
    "organization org owner account account_id account_name tenant tenant_id tenant_name client_id client_secret subscription_id " +
    "email namespace max_retries retry_max retries request_timeout timeout insecure features default_tags default_labels ignore_tags",
  // Amazon's files of settings may hold a credential_process.
  program:
    "exec credential_process shared_config_files shared_credentials_files shared_credentials_file postrender",
  kubeconfig: "config_path config_paths kubeconfig kubeconfig_path",
};

const AWS: Kinds = {
  plain:
    "access_key secret_key profile role_arn session_name external_id duration policy policy_arns tags source_identity transitive_tag_keys " +
    "web_identity_token allowed_account_ids forbidden_account_ids retry_mode s3_use_path_style use_path_style force_path_style " +
    "skip_credentials_validation skip_metadata_api_check skip_region_validation skip_requesting_account_id skip_get_ec2_platforms skip_s3_checksum " +
    "s3_us_east_1_regional_endpoint sts_region token_bucket_rate_limiter_capacity use_dualstack_endpoint use_fips_endpoint no_proxy " +
    "bucket key encrypt acl dynamodb_table use_lockfile kms_key_id sse_customer_key workspace_key_prefix keys key_prefixes " +
    "assume_role_duration_seconds assume_role_policy assume_role_policy_arns assume_role_tags assume_role_transitive_tag_keys use_legacy_workflow",
  file: "custom_ca_bundle web_identity_token_file",
  address:
    "endpoints endpoint http_proxy https_proxy ec2_metadata_service_endpoint sts_endpoint iam_endpoint dynamodb_endpoint sso_endpoint",
};

const KUBERNETES: Kinds = {
  plain:
    "cluster_ca_certificate client_certificate client_key config_context config_context_auth_info config_context_cluster tls_server_name " +
    "ignore_annotations ignore_labels experiments burst_limit helm_driver debug in_cluster_config secret_suffix load_config_file manifest manifest_resource",
  file: "registry_config_path repository_config_path repository_cache",
  address: "host proxy_url url",
};

const GOOGLE: Kinds = {
  plain:
    "billing_project user_project_override scopes batching enable_batching send_after request_reason impersonate_service_account " +
    "impersonate_service_account_delegates add_terraform_attribution_label terraform_attribution_label_addition_strategy " +
    "external_credentials bucket prefix encryption_key kms_encryption_key",
  account: "credentials",
};

const AZURE: Kinds = {
  plain:
    "environment partner_id auxiliary_tenant_ids client_certificate client_certificate_password oidc_token oidc_request_token use_oidc use_msi use_cli " +
    "use_aks_workload_identity use_azuread_auth storage_use_azuread skip_provider_registration resource_provider_registrations " +
    "resource_providers_to_register disable_terraform_partner_id disable_correlation_request_id ado_pipeline_service_connection_id " +
    "resource_group_name storage_account_name container_name key snapshot sas_token access_key lookup_blob_endpoint",
  file: "client_certificate_path client_id_file_path client_secret_file_path oidc_token_file_path",
  address: "endpoint metadata_host msi_endpoint oidc_request_url",
};

const VAULT: Kinds = {
  plain:
    "token_name skip_child_token max_lease_ttl_seconds set_namespace_from_token skip_get_vault_version vault_version_override " +
    "add_address_to_env skip_tls_verify tls_server_name headers auth_login role mount jwt method " +
    "datacenter http_auth scheme gzip lock",
  address: "address",
};

const TABLES: Readonly<Record<string, readonly Kinds[]>> = {
  "hashicorp/aws": [AWS],
  "hashicorp/awscc": [AWS],
  "hashicorp/google": [GOOGLE],
  "hashicorp/google-beta": [GOOGLE],
  "hashicorp/azurerm": [AZURE],
  "hashicorp/azuread": [AZURE],
  "hashicorp/azurestack": [AZURE],
  "hashicorp/kubernetes": [KUBERNETES],
  "hashicorp/helm": [KUBERNETES],
  "hashicorp/vault": [VAULT],
  "hashicorp/consul": [VAULT],
  "backend s3": [AWS],
  "backend gcs": [GOOGLE],
  "backend azurerm": [AZURE],
  "backend kubernetes": [KUBERNETES],
  "backend consul": [VAULT, { plain: "path" }],
  "backend local": [{ file: "path workspace_dir" }],
  "backend remote": [{ plain: "workspaces", address: "hostname" }],
  "backend pg": [
    {
      plain: "schema_name table_name index_name skip_schema_creation skip_table_creation skip_index_creation",
      address: "conn_str",
    },
  ],
  "backend cos": [
    {
      plain:
        "secret_id secret_key security_token bucket prefix key encrypt acl accelerate assume_role role_arn session_name " +
        "session_duration policy",
      address: "endpoint domain",
    },
  ],
  "backend oss": [
    {
      plain:
        "access_key secret_key security_token ecs_role_name bucket prefix key encrypt acl profile assume_role " +
        "assume_role_role_arn assume_role_session_name assume_role_policy assume_role_session_expiration role_arn " +
        "session_name policy session_expiration tablestore_table tablestore_instance_name",
      address: "endpoint tablestore_endpoint sts_endpoint",
    },
  ],
};

/** What the name alone says, of providers nobody here knows. */
const SHAPES: readonly [shape: RegExp, kind: ArgumentKind][] = [
  [/shared_(config|credentials)_files?$/, "program"],
  [
    /(^|_)(exec|command|commands|cmd|process|program|binary|script|shell|interpreter|plugin|plugins|helper|ssh)(_|$)|(^|_)ssh_?opts$/,
    "program",
  ],
  [/(^|_)(kubeconfig|config_paths?)(_|$)/, "kubeconfig"],
  [/(^|_)(file|files|path|paths|dir|dirs|directory|folder|filename|keyring|bundle|socket)$/, "file"],
  [
    /(^|_)(url|urls|uri|uris|host|hosts|hostname|address|addresses|addr|server|servers|endpoint|endpoints|proxy|domain|conn_str|dsn|base_url)$/,
    "address",
  ],
];

/** Whether a backend of this type is one that terraform has and nothing here refuses as a whole. */
export function isKnownBackend(type: string): boolean {
  return Object.hasOwn(TABLES, `backend ${type}`);
}

/** What an argument of this name means; `owner` is a provider (`hashicorp/aws`) or a backend (`backend s3`). */
export function kindOfArgument(owner: string, name: string): ArgumentKind {
  const listed = OWNERS.get(owner)?.get(name) ?? ANYBODY.get(name);
  return listed ?? SHAPES.find(([shape]) => shape.test(name))?.[1] ?? "literal";
}

const ANYBODY = kindsOf([COMMON]);
const OWNERS = new Map(Object.entries(TABLES).map(([owner, tables]) => [owner, kindsOf(tables)]));

function kindsOf(tables: readonly Kinds[]): ReadonlyMap<string, ArgumentKind> {
  const rows = tables.flatMap((table) => Object.entries(table) as [ArgumentKind, string][]);
  return new Map(rows.flatMap(([kind, names]) => names.split(" ").map((name) => [name, kind] as const)));
}
