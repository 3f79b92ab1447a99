import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClusterObject, objectChanges, readObjects } from "#execution/previews/object-changes.ts";

const changesOf = (before: ClusterObject[], after: ClusterObject[]) =>
  objectChanges(before, after, (_, value) => value);

function deployment(spec: object, metadata: object = {}): ClusterObject {
  return { kind: "Deployment", metadata: { name: "web", namespace: "staging", ...metadata }, spec };
}

const container = (image: string) => ({ template: { spec: { containers: [{ name: "app", image }] } } });

test("a field that changes is one row, with its path and both values", () => {
  assert.deepEqual(changesOf([deployment({ replicas: 3 })], [deployment({ replicas: 5 })]), [
    { target: "Deployment/web spec.replicas", action: "update", before: "3", after: "5" },
  ]);
});

test("containers are known by their names, not by where they stand in the list", () => {
  const [row] = changesOf([deployment(container("web:1"))], [deployment(container("web:2"))]);
  assert.equal(row?.target, "Deployment/web spec.template.spec.containers.app.image");
});

test("what the server fills in by itself is no change", () => {
  const before = {
    ...deployment({}, { resourceVersion: "1", generation: 1, managedFields: [] }),
    status: { a: 1 },
  };
  const after = {
    ...deployment({}, { resourceVersion: "2", generation: 2, managedFields: [{}] }),
    status: { a: 2 },
  };
  assert.deepEqual(changesOf([before], [after]), []);
});

test("an object that is not there yet is created", () => {
  assert.deepEqual(changesOf([], [deployment({})]), [
    { target: "Deployment/web", action: "create", before: null, after: null },
  ]);
});

test("the same name in another namespace is another object", () => {
  const elsewhere = deployment({}, { namespace: "production" });
  assert.equal(changesOf([elsewhere], [deployment({})])[0]?.action, "create");
});

test("a field that comes or goes has nothing on its other side", () => {
  const [added] = changesOf([deployment({})], [deployment({ paused: true })]);
  assert.deepEqual([added?.before, added?.after], [null, "true"]);
  const [removed] = changesOf([deployment({ paused: true })], [deployment({})]);
  assert.deepEqual([removed?.before, removed?.after], ["true", null]);
});

test("the values of a Secret are never shown, its labels are", () => {
  const secret = (value: string, label: string): ClusterObject => ({
    kind: "Secret",
    metadata: { name: "db", labels: { team: label } },
    data: { password: value },
    stringData: { other: value },
  });
  const rows = changesOf([secret("old-one", "a")], [secret("new-one", "b")]);
  assert.ok(!JSON.stringify(rows).includes("-one"), JSON.stringify(rows));
  assert.equal(rows.find((row) => row.target.endsWith("labels.team"))?.after, "b");
});

test("a whole Secret's data that comes anew is not shown either", () => {
  const bare: ClusterObject = { kind: "Secret", metadata: { name: "db" } };
  const rows = changesOf([bare], [{ ...bare, data: { password: "new-one" } }]);
  assert.equal(rows[0]?.after, "[a secret's value]");
});

test("a long value is cut and says how long it was", () => {
  const [row] = changesOf([deployment({ a: "" })], [deployment({ a: "x".repeat(1_000) })]);
  assert.match(row?.after ?? "", /^x{160} … \(1000 characters\)$/);
});

test("what kubectl prints is read as one object, a list, or nothing", () => {
  const one = JSON.stringify(deployment({}));
  assert.equal(readObjects(one).length, 1);
  assert.equal(readObjects(`{"kind":"List","items":[${one},${one}]}`).length, 2);
  const long = JSON.stringify(deployment({ a: { b: 1 } }), null, 4);
  assert.equal(readObjects(`${long}\n${long}\n${long}\n`).length, 3);
  assert.equal(readObjects("\n").length, 0);
  assert.throws(() => readObjects("Error from server"));
});

test("ports are known by their name, and without one by their number", () => {
  const service = (ports: object[]): ClusterObject => ({
    kind: "Service",
    metadata: { name: "web" },
    spec: { ports },
  });
  const targets = (before: object[], after: object[]) =>
    changesOf([service(before)], [service(after)]).map((row) => `${row.target} ${row.before} ${row.after}`);
  assert.deepEqual(targets([{ port: 80 }, { port: 443, targetPort: 1 }], [{ port: 443, targetPort: 2 }]), [
    'Service/web spec.ports.80 {"port":80} null',
    "Service/web spec.ports.443.targetPort 1 2",
  ]);
  assert.deepEqual(targets([{ name: "http", port: 80 }], [{ name: "http", port: 8080 }]), [
    "Service/web spec.ports.http.port 80 8080",
  ]);
});

test("what apply remembers of itself is no change, of what had no annotations either", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", team: "web" };
  assert.deepEqual(changesOf([deployment({})], [deployment({}, { annotations })]), [
    { target: "Deployment/web metadata.annotations.team", action: "update", before: null, after: "web" },
  ]);
});
