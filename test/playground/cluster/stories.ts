import assert from "node:assert/strict";
import { changeState } from "#playground/cluster/file.ts";
import { settle } from "#playground/cluster/pods/schedule.ts";
import type { Deployment } from "#playground/cluster/state.ts";
import type { Log, Trouble } from "#playground/cluster/stories/story.ts";
import { startCluster } from "./support.ts";

/** A cluster to play incidents on, and what kubectl says of them. */
export type StoryCluster = Awaited<ReturnType<typeof startStories>>;

/** Starts a fresh cluster. Each incident takes a deployment of its own. */
export async function startStories() {
  const cluster = await startCluster();
  const { stateFile } = cluster;
  async function ok(...args: string[]): Promise<string> {
    const { out, err, code } = await cluster.inProcess(...args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${err}`);
    return out;
  }
  async function fails(...args: string[]): Promise<string> {
    const { err, code } = await cluster.inProcess(...args);
    assert.equal(code, 1, `kubectl ${args.join(" ")}`);
    return err;
  }
  async function pods(app: string, namespace: string): Promise<string[]> {
    return (await ok("get", "pods", "-l", `app=${app}`, "-n", namespace, "--no-headers")).trim().split("\n");
  }
  return {
    ...{ dir: cluster.dir, close: cluster.close, ok, fails, pods },
    patch: (what: string, namespace: string, change: object) =>
      ok("patch", what, "-n", namespace, "--type=merge", "-p", JSON.stringify(change)),
    container: (name: string, namespace: string, more: object) => {
      const spec = { template: { spec: { containers: [{ name, ...more }] } } };
      return ok("patch", `deployment/${name}`, "-n", namespace, "-p", JSON.stringify({ spec }));
    },
    /** The name of the first pod whose row is so. */
    podThat: async (app: string, namespace: string, row: RegExp): Promise<string> => {
      const rows = await pods(app, namespace);
      const found = rows.find((one) => row.test(one));
      assert.ok(found !== undefined, rows.join("\n"));
      return found.split(" ")[0] ?? "";
    },
    allUp: async (app: string, namespace: string, count: number): Promise<void> => {
      await ok("rollout", "status", `deployment/${app}`, "-n", namespace, "--timeout=8s");
      const rows = await pods(app, namespace);
      assert.deepEqual([rows.length, rows.filter((row) => !/ 1\/1 +Running /.test(row))], [count, []]);
    },
    begin: (trouble: Trouble, ...logs: Log[]) =>
      changeState(stateFile, (state) => {
        const { stories = { troubles: [], logs: [] } } = state;
        state.stories = { troubles: [...stories.troubles, trouble], logs: [...stories.logs, ...logs] };
        settle(state, Date.now(), false);
      }),
    /** As if so much time had passed since all that happened. */
    letPass: (ms: number) => changeState(stateFile, ({ deployments }) => deployments.forEach(olderBy(ms))),
  };
}

function olderBy(ms: number): (deployment: Deployment) => void {
  return (deployment) => {
    if (deployment.takenBack !== undefined) deployment.takenBack.at -= ms;
    deployment.pods = deployment.pods.map((pod) => ({
      ...pod,
      bornAt: pod.bornAt - ms,
      ...(pod.since === undefined ? {} : { since: pod.since - ms }),
      readyAt: pod.readyAt === null ? null : pod.readyAt - ms,
    }));
  };
}
