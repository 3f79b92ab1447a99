import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createIdentify } from "#execution/target-identity.ts";

/** Two certificates of the same person by the same authority, and one of somebody else by the same name. */
const CERTIFICATES = {
  ana1: "MIIBLDCB0gIUDUzsYfEZxEFa/SyMPXKsfbR9ZEcwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMzAxNTI3MzFaGA8yMTI2MTEwNjE1MjczMVowHTENMAsGA1UECgwEdGVhbTEMMAoGA1UEAwwDYW5hMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEol7l2KuF4E52ychVYc4Nysryj8vzcertb1dzXWghVeYlRWOK+abBPj7EKoEA+NrbDxIE/z6LCZ7pe1BobgmrwzAKBggqhkjOPQQDAgNJADBGAiEAgBugMDspt3ga8UXQtY+wq9Z4ClkCuubeUFlkKJTUkA0CIQC2oPCxkAMrffFsQv9DXxhzm0Vo37sok+4WSsq5X0KzxA==",
  ana2: "MIIBKzCB0gIUDUzsYfEZxEFa/SyMPXKsfbR9ZEgwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMzAxNTI3MzJaGA8yMTI2MTEwNjE1MjczMlowHTENMAsGA1UECgwEdGVhbTEMMAoGA1UEAwwDYW5hMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9lQXS7Q+j1u3WaTHKaVJ3seww0LISm6i6YG3tMS+bC1QmW0Gu3UHK0AfNfikqzjCBZtXXS1tpVadh09GuI0wtTAKBggqhkjOPQQDAgNIADBFAiBQoxf8Ki6QsjU36WfqB2zcXzO+6n8ySyYp0zzu6asLbwIhAItDt//ORHX7TrNn5rpSaS8Gvi8aC98Dw+x1o162vELp",
  root: "MIIBNTCB3AIUDUzsYfEZxEFa/SyMPXKsfbR9ZEkwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMzAxNTI3MzJaGA8yMTI2MTEwNjE1MjczMlowJzEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMxDDAKBgNVBAMMA2FuYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABI6rhKcHfQSEoleGrh7zaM6E8EL0Xvdoui+3R03iftvbUtIBQjAX3v/ix0FJ/i4/97s8X1IbfEm10rS7Et2OhjswCgYIKoZIzj0EAwIDSAAwRQIgfaJG4nbQzRd/WwbEzLPMFO3z8WctVnLpW+qfjg6VPpICIQCYpdzRSA6iYxQPORIdsIo3EW96uvPYQalhOeePKZCX1w==",
};
const pem = (base64: string) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
const inline = (base64: string) => Buffer.from(pem(base64)).toString("base64");
const jwt = (claims: object, sign = "c2ln") =>
  `${["{}", JSON.stringify(claims)].map((part) => Buffer.from(part).toString("base64url")).join(".")}.${sign}`;
const ANA = { iss: "https://login.example", sub: "ana" };
const account = (more: object) => ({
  iss: "https://kubernetes.default.svc",
  sub: "system:serviceaccount:bots:greenlight",
  "kubernetes.io": { namespace: "bots", serviceaccount: { name: "greenlight", uid: "1" }, ...more },
});

describe("as whom a context is reached", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-identity-"));
    await mkdir(join(home, "a"));
    await mkdir(join(home, "b"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const identify = createIdentify(Buffer.alloc(32, 1));
  const of = (user: Record<string, unknown>, cluster: Record<string, unknown> = { server: "https://one" }) =>
    identify({ cluster, user }, [join(home, "a", "config"), join(home, "b", "config")].join(delimiter));
  const oidc = (config: Record<string, unknown>) => ({ "auth-provider": { name: "oidc", config } });

  const same: [what: string, one: Record<string, unknown>, other: Record<string, unknown>][] = [
    [
      "a token of the same account",
      { token: jwt({ ...ANA, exp: 1, iat: 0, jti: "a" }) },
      { token: jwt({ ...ANA, exp: 2, jti: "b" }, "eA") },
    ],
    [
      "a service account's token for another pod",
      { token: jwt(account({ pod: { name: "a" }, warnafter: 1 })) },
      { token: jwt(account({ pod: { name: "b" }, node: { name: "n" } })) },
    ],
    [
      "a certificate of the same person",
      { "client-certificate-data": inline(CERTIFICATES.ana1), "client-key-data": "a" },
      { "client-certificate-data": inline(CERTIFICATES.ana2), "client-key-data": "b" },
    ],
    [
      "an OIDC login that kubectl renewed",
      oidc({ "id-token": jwt({ ...ANA, exp: 1 }), "access-token": "a", "refresh-token": "r" }),
      oidc({ "id-token": jwt({ ...ANA, exp: 2 }), "access-token": "b", "refresh-token": "r", expiry: "x" }),
    ],
    ["the order of keys", { username: "a", password: "b" }, { password: "b", username: "a" }],
    ["extensions, which say nothing to kubectl", { extensions: [1] }, {}],
  ];
  for (const [what, one, other] of same) {
    it(`is the same: ${what}`, async () => assert.equal(await of(one), await of(other)));
  }

  const others: [what: string, one: Record<string, unknown>, other: Record<string, unknown>][] = [
    ["an opaque token", { token: "kubeconfig-u-1:abc" }, { token: "kubeconfig-u-1:abd" }],
    ["a token of another account", { token: jwt(ANA) }, { token: jwt({ ...ANA, sub: "root" }) }],
    ["a token of another issuer", { token: jwt(ANA) }, { token: jwt({ ...ANA, iss: "https://evil" }) }],
    [
      "a token with other groups",
      { token: jwt({ ...ANA, groups: ["a"] }) },
      { token: jwt({ ...ANA, groups: ["admins"] }) },
    ],
    [
      "a token for another audience",
      { token: jwt({ ...ANA, aud: "a" }) },
      { token: jwt({ ...ANA, aud: "b" }) },
    ],
    ["a token that says nobody's name", { token: jwt({ exp: 1 }) }, { token: jwt({ exp: 2 }) }],
    [
      "a token without a signature",
      { token: jwt({ ...ANA, exp: 1 }, "") },
      { token: jwt({ ...ANA, exp: 2 }, "") },
    ],
    [
      "another service account",
      { token: jwt(account({})) },
      { token: jwt(account({ serviceaccount: { name: "greenlight", uid: "2" } })) },
    ],
    [
      "a certificate of another person by the same name",
      { "client-certificate-data": inline(CERTIFICATES.ana1) },
      { "client-certificate-data": inline(CERTIFICATES.root) },
    ],
    [
      "a certificate nobody can read",
      { "client-certificate-data": "YQ==" },
      { "client-certificate-data": "Yg==" },
    ],
    ["a key without a certificate", { "client-key-data": "a" }, { "client-key-data": "b" }],
    ["a password", { username: "a", password: "b" }, { username: "a", password: "c" }],
    [
      "the arguments of a login program",
      { exec: { command: "aws", args: ["--role", "a"] } },
      { exec: { command: "aws", args: ["--role", "b"] } },
    ],
    [
      "the environment of a login program",
      { exec: { command: "aws", env: [{ name: "AWS_PROFILE", value: "a" }] } },
      { exec: { command: "aws", env: [{ name: "AWS_PROFILE", value: "b" }] } },
    ],
    [
      "an OIDC login of somebody else",
      oidc({ "id-token": jwt(ANA) }),
      oidc({ "id-token": jwt({ ...ANA, sub: "root" }) }),
    ],
    ["an OIDC refresh token", oidc({ "refresh-token": "a" }), oidc({ "refresh-token": "b" })],
    ["an OIDC issuer", oidc({ "idp-issuer-url": "a" }), oidc({ "idp-issuer-url": "b" })],
    ["whom it impersonates", {}, { as: "root" }],
    ["groups it impersonates", { as: "a", "as-groups": ["b"] }, { as: "a", "as-groups": ["c"] }],
    ["what else it claims to be", { as: "a" }, { as: "a", "as-user-extra": { scopes: ["all"] } }],
    ["a key that a later kubectl knows", {}, { "some-login": "x" }],
    ["a file of a token", { tokenFile: "/a" }, { tokenFile: "/b" }],
  ];
  for (const [what, one, other] of others) {
    it(`is another one: ${what}`, async () => assert.notEqual(await of(one), await of(other)));
  }
  const ways: [what: string, more: Record<string, unknown>][] = [
    ["proxy-url", { "proxy-url": "http://x" }],
    ["tls-server-name", { "tls-server-name": "x" }],
    ["insecure-skip-tls-verify", { "insecure-skip-tls-verify": true }],
    ["certificate-authority-data", { "certificate-authority-data": "eA==" }],
    ["a login in the address", { server: "https://a:b@one" }],
    ["a key that a later kubectl knows", { "some-way": "x" }],
  ];
  for (const [what, more] of ways) {
    it(`is another one: ${what}`, async () =>
      assert.notEqual(await of({}), await of({}, { server: "https://one", ...more })));
  }

  it("says which part differs: the way, the login, or whom it impersonates", async () => {
    const parts = async (user: Record<string, unknown>, cluster?: Record<string, unknown>) =>
      (await of(user, cluster)).split(".");
    const [plain, login, as, way] = await Promise.all([
      parts({}),
      parts({ token: "x" }),
      parts({ as: "x" }),
      parts({}, { server: "https://two" }),
    ]);
    const differing = (one: string[] = []) => one.map((part, index) => part !== plain?.[index]);
    assert.deepEqual([login, as, way].map(differing), [
      [false, true, false],
      [false, false, true],
      [true, false, false],
    ]);
  });

  it("covers what the files hold that it names, beside whichever kubeconfig a relative path counts from", async () => {
    const put = (path: string, text: string) => writeFile(join(home, path), text);
    const cases: [user: Record<string, unknown>, cluster: Record<string, unknown>, file: string][] = [
      [{}, { "certificate-authority": "ca.crt" }, "a/ca.crt"],
      [{}, { "certificate-authority": "ca.crt" }, "b/ca.crt"],
      [{}, { "certificate-authority": join(home, "ca.crt") }, "ca.crt"],
      [{ tokenFile: "token" }, {}, "b/token"],
      [{ "client-certificate": "c.crt" }, {}, "a/c.crt"],
    ];
    for (const [user, cluster, file] of cases) {
      await put(file, "one");
      const one = await of(user, cluster);
      assert.equal(await of(user, cluster), one);
      await put(file, "two");
      assert.notEqual(await of(user, cluster), one, file);
      await rm(join(home, file));
      assert.notEqual(await of(user, cluster), one, `${file} is gone`);
    }
    await put("a/token", jwt({ ...ANA, exp: 1 }));
    const rotating = await of({ tokenFile: "token" });
    await put("a/token", `${jwt({ ...ANA, exp: 2 })}\n`);
    assert.equal(await of({ tokenFile: "token" }), rotating);
    await put("a/c.crt", pem(CERTIFICATES.ana1));
    const renewed = await of({ "client-certificate": "c.crt", "client-key": "c.key" });
    await put("a/c.crt", pem(CERTIFICATES.ana2));
    assert.equal(await of({ "client-certificate": "c.crt", "client-key": "c.key" }), renewed);
  });

  it("hangs on the key, and holds nothing of a secret", async () => {
    const user = { username: "ana", password: "hunter2", token: jwt(ANA) };
    const one = await of(user);
    assert.match(one, /^[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{16}$/);
    const other = createIdentify(Buffer.alloc(32, 2));
    assert.notEqual(await other({ cluster: { server: "https://one" }, user }, ""), one);
  });
});
