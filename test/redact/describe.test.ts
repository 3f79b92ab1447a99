import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedact } from "#redact/redact.ts";

test("the token that kubectl describe prints of a service account's secret is taken away", () => {
  const token = `eyJhbGciOiJSUzI1NiIsImtpZCI6ImFiYyJ9.${"eyJpc3MiOiJrdWJlcm5ldGVzIn0".repeat(4)}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`;
  // As kubectl 1.32 prints it: of other entries only their sizes.
  const described = [
    "Name:         robot-token",
    "Namespace:    default",
    "Annotations:  kubernetes.io/service-account.name: robot",
    "Type:  kubernetes.io/service-account-token",
    "",
    "Data",
    "====",
    "ca.crt:     1107 bytes",
    "namespace:  7 bytes",
    `token:      ${token}`,
  ];
  assert.deepEqual(createRedact([])(described.join("\n")).split("\n"), [
    ...described.slice(0, -1),
    "token:      [redacted]",
  ]);
});
