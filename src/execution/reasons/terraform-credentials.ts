/** What terraform 1.11 and providers say when they have no credentials, and which variables of a policy would give them. */
export const CREDENTIALS: readonly { said: RegExp; whose: string; variables: readonly string[] }[] = [
  {
    said: /^(?:configuring Terraform AWS Provider: )?no valid credential sources/i,
    whose: "AWS",
    variables: ["AWS_*"],
  },
  {
    said: /^(?:storage\.NewClient\(\) failed: )?(?:dialing: )?google: could not find default credentials/,
    whose: "Google Cloud",
    variables: ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS"],
  },
  {
    said: /^(?:One of `access_key`|Error building ARM Config|building account: |unable to build authorizer)/,
    whose: "Azure",
    variables: ["ARM_*"],
  },
  {
    said: /^(?:Error refreshing state|error loading state|Failed to get existing workspaces): HTTP remote state endpoint (?:requires|invalid) auth/,
    whose: "its HTTP backend",
    variables: ["TF_HTTP_USERNAME", "TF_HTTP_PASSWORD"],
  },
  {
    said: /^Required token could not be found/,
    whose: "HCP Terraform or Terraform Enterprise",
    variables: ["TF_TOKEN_*"],
  },
  {
    said: /^Failed to initialize kubernetes configuration: /,
    whose: "its Kubernetes backend",
    variables: ["KUBE_*"],
  },
  {
    said: /^Failed to get existing workspaces: Unexpected response code: 403/,
    whose: "its Consul backend",
    variables: ["CONSUL_HTTP_TOKEN"],
  },
];
