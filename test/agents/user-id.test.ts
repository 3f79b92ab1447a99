import assert from "node:assert/strict";
import { test } from "node:test";
import { createUserId } from "#agents/user-id.ts";

test("a requester is the same to the service each time, differs by person and key, and is not named", () => {
  const one = createUserId(Buffer.alloc(32, 1));
  const other = createUserId(Buffer.alloc(32, 2));
  assert.equal(one("slack:T1:U0ANA00001"), one("slack:T1:U0ANA00001"));
  assert.notEqual(one("slack:T1:U0ANA00001"), one("slack:T1:U0BEN00001"));
  assert.notEqual(one("slack:T1:U0ANA00001"), other("slack:T1:U0ANA00001"));
  assert.match(one("slack:T1:U0ANA00001"), /^[0-9a-f]{64}$/);
});
