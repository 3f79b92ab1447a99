/**
 * One kind of secret that names itself by a fixed string. `body` is what follows it. `free`: it may stand in the middle
 * of a word (the string is telling enough). `back`: what stands before the string and goes too, at most `reach` characters.
 */
export type Rule = { prefix: string; body: RegExp; free?: true; back?: { reach: number; shape: RegExp } };

/**
 * Rules of our own, because no maintained set fits here. Looked at in November 2026: secretlint's recommended preset
 * (the one that is kept up) is small (1.5 MB) and fast (1 MB in 25 ms), but asynchronous and made for whole files: it reports
 * places instead of replacing, keeps nothing between pieces, and found 3 of 8 samples: neither a password by its name, nor a
 * Kubernetes Secret, nor a JWT, a bearer header or a Vault token. gitleaks' rules are on npm only inside its program.
 *
 * Every body fails within its shortest length or is consumed, so a rule is linear in the text (redact-speed.test.ts).
 */
export const rules: readonly Rule[] = [
  // AWS: access key ids, session tokens, Bedrock keys.
  ...prefixed(
    ["AKIA", "ASIA", "ABIA", "ACCA"],
    // Another key may follow without a gap.
    /[A-Z2-7]{16}(?:(?![A-Za-z0-9])|(?=A(?:KI|SI|BI|CC)A[A-Z2-7]|npm_|gh[pousr]_|github_pat_|glpat-|sk[_-]|xox|eyJ|hvs\.|AIza))/y,
  ),
  ...prefixed(["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"], /[A-Za-z0-9/+=%]{40,}/y),
  ...prefixed(["ABSK"], /[A-Za-z0-9+/]{80,}={0,2}/y),
  ...prefixed(["amzn.mws."], /[0-9a-f-]{36}/y),
  // Google: API keys, OAuth access and refresh tokens, client secrets.
  ...prefixed(["AIza"], /[\w-]{35}/y),
  ...prefixed(["ya29."], /[\w.-]{20,}/y),
  ...prefixed(["GOCSPX-"], /[\w-]{20,}/y),
  ...prefixed(["1//0"], /[\w-]{40,}/y),
  // Azure: client secrets, storage keys, DevOps tokens.
  { prefix: "Q~", body: /[\w.~-]{30,40}/y, back: { reach: 4, shape: /[\w.~-]{3}\d$/ } },
  { prefix: "+ASt", body: /[A-Za-z0-9+/]{6}==/y, back: { reach: 76, shape: /[A-Za-z0-9+/]{76}$/ } },
  { prefix: "AZDO", body: /[A-Za-z0-9]{4}(?![A-Za-z0-9])/y, back: { reach: 76, shape: /[A-Za-z0-9]{76}$/ } },
  // Slack.
  ...prefixed(
    ["xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxe.xox", "xoxo-", "xoxp-", "xoxr-", "xoxs-"],
    /[\w%.-]{10,}/y,
    true,
  ),
  ...prefixed(["xapp-", "xwfp-"], /[\w-]{10,}/y, true),
  ...prefixed(
    ["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"],
    /[\w/-]{20,}/y,
    true,
  ),
  // GitHub, GitLab, Bitbucket and Atlassian.
  ...prefixed(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /[A-Za-z0-9]{30,}/y, true),
  ...prefixed(["github_pat_"], /\w{40,}/y, true),
  ...prefixed(
    [
      "glpat-",
      "gldt-",
      "glrt-",
      "glrtr-",
      "glptt-",
      "glcbt-",
      "glimt-",
      "glagent-",
      "gloas-",
      "glsoat-",
      "glffct-",
      "glft-",
    ],
    /[\w.-]{20,}/y,
    true,
  ),
  ...prefixed(["ATATT3", "ATCTT3", "ATBB"], /[\w=-]{24,}/y),
  // Packages and images.
  ...prefixed(["npm_"], /[A-Za-z0-9]{36}/y),
  ...prefixed(["pypi-AgE"], /[\w-]{40,}/y),
  ...prefixed(["rubygems_"], /[0-9a-f]{40,}/y),
  ...prefixed(["dckr_pat_", "dckr_oat_"], /[\w-]{20,}/y),
  ...prefixed(["AKCp"], /[A-Za-z0-9]{60,}/y),
  ...prefixed(["cmVmdGtu"], /[A-Za-z0-9]{40,}/y),
  // Payments.
  ...prefixed(["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"], /[A-Za-z0-9+/=]{16,}/y, true),
  ...prefixed(["sq0atp-", "sq0csp-"], /[\w-]{22,}/y),
  ...prefixed(["shpat_", "shpss_", "shpca_", "shppa_"], /[A-Fa-f0-9]{32}/y),
  // Models.
  ...prefixed(["sk-ant-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-"], /[\w-]{20,}/y),
  ...prefixed(["sk-"], /[A-Za-z0-9]{32,}/y),
  ...prefixed(["hf_", "gsk_", "r8_"], /[A-Za-z0-9]{30,}/y),
  ...prefixed(["xai-", "pplx-"], /[A-Za-z0-9]{40,}/y),
  ...prefixed(["lsv2_pt_", "lsv2_sk_"], /\w{32,}/y),
  // Clouds and platforms.
  ...prefixed(["dop_v1_", "doo_v1_", "dor_v1_"], /[a-f0-9]{60,}/y),
  ...prefixed(["hvs.", "hvb.", "hvr."], /[\w-]{20,}/y),
  ...prefixed(["s."], /(?=[A-Za-z]*\d)(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{24}(?![A-Za-z0-9.])/y),
  { prefix: ".atlasv1.", body: /[\w-]{40,}/y, back: { reach: 14, shape: /[A-Za-z0-9]{14}$/ } },
  ...prefixed(["HRKU-"], /[\w-]{30,}/y),
  ...prefixed(["FlyV1 fm2_", "fm2_", "fo1_"], /[\w+/=,-]{30,}/y),
  ...prefixed(["pul-"], /[a-f0-9]{40}/y),
  ...prefixed(["pscale_tkn_", "pscale_pw_", "pscale_oauth_"], /[\w.=-]{20,}/y),
  ...prefixed(["dapi"], /[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])/y),
  ...prefixed(["nfp_", "vcp_", "vci_"], /[A-Za-z0-9]{30,}/y),
  ...prefixed(["sbp_", "sb_secret_"], /[\w-]{20,}/y),
  ...prefixed(["tskey-"], /[\w-]{20,}/y),
  ...prefixed(["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."], /[\w.-]{30,}/y),
  ...prefixed(["CCIPAT_", "bkua_", "sgp_"], /\w{30,}/y),
  ...prefixed(["ops_eyJ"], /[\w-]{40,}/y),
  ...prefixed(["AGE-SECRET-KEY-1"], /[A-Z0-9]{40,}/y),
  // Watching, mail, messages.
  ...prefixed(["glc_", "glsa_"], /[\w=+/-]{20,}/y),
  ...prefixed(["sntrys_", "sntryu_"], /[\w=+/-]{32,}/y),
  ...prefixed(["NRAK-", "NRII-", "NRJS-"], /[\w-]{19,}/y),
  ...prefixed(["dt0c01.", "dt0s01.", "dt0s16."], /[\w.]{40,}/y),
  ...prefixed(["SG."], /[\w-]{16,}\.[\w-]{16,}/y),
  ...prefixed(["SK"], /[0-9a-f]{32}(?![A-Za-z0-9])/y),
  ...prefixed(["key-"], /[0-9a-f]{32}(?![A-Za-z0-9])/y),
  ...prefixed(["xkeysib-", "xsmtpsib-"], /[\w-]{40,}/y),
  { prefix: ":AA", body: /[\w-]{33}(?![\w-])/y, free: true, back: { reach: 10, shape: /(?<!\d)\d{8,10}$/ } },
  ...prefixed(["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"], /\d+\/[\w-]{30,}/y, true),
  ...prefixed([".webhook.office.com/webhookb2/"], /[\w@/-]{30,}/y, true),
  // Tools.
  ...prefixed(["lin_api_", "figd_", "PMAK-", "CFPAT-", "ntn_", "rdme_", "pnu_", "tfp_"], /[\w-]{30,}/y),
  // JWTs and JWEs; a Docker login file and a PEM block in base64.
  ...prefixed(["eyJ"], /[\w-]{6,}(?:=|%3D){0,2}\.[\w-]{4,}(?:\.[\w-]*){0,3}/y),
  ...prefixed(["eyJhdXRocyI", "eyJhdXRoIjoi"], /[A-Za-z0-9+/_-]{8,}={0,2}/y),
  ...prefixed(["LS0tLS1CRUdJTi"], /[A-Za-z0-9+/_=-]{0,}/y, true),
  // Signatures that make an address a key.
  ...prefixed(
    ["X-Amz-Signature=", "X-Amz-Security-Token=", "X-Goog-Signature=", "x-amz-signature="],
    /(?:[\w/+=-]|%[0-9A-Fa-f]{2}){8,}/y,
    true,
  ),
  { prefix: "&sig=", body: /(?:[\w/+=-]|%[0-9A-Fa-f]{2}){20,}/y, free: true },
  { prefix: "?sig=", body: /(?:[\w/+=-]|%[0-9A-Fa-f]{2}){20,}/y, free: true },
  // Password hashes.
  ...prefixed(["$2a$", "$2b$", "$2y$"], /\d\d\$[A-Za-z0-9./]{40,}/y, true),
  ...prefixed(["$1$", "$5$", "$6$", "$apr1$", "$y$"], /[A-Za-z0-9./$=]{20,}/y, true),
  ...prefixed(["$argon2id$", "$argon2i$"], /[A-Za-z0-9./$=,+]{20,}/y, true),
];

function prefixed(prefixes: readonly string[], body: RegExp, free?: true): Rule[] {
  return prefixes.map((prefix) => (free === undefined ? { prefix, body } : { prefix, body, free }));
}
