import { kinds } from "#playground/cluster/kinds.ts";
import type { Deployment, KubeObject, State, Template } from "#playground/cluster/state.ts";
import { type Condition, isSoOf } from "./conditions.ts";
import type { Trouble } from "./story.ts";

/** The trouble that a pod of this template has by a story; null: none. What a story says of the deployment's template is held against the pod's own. */
export function storyOf(state: State, { object }: Deployment, template: Template): Trouble | null {
  if (state.stories === undefined) return null;
  const ref = refOf(object);
  const own = { ...object, spec: { ...object.spec, template } };
  const holds = (condition: Condition): boolean =>
    isSoOf(condition, condition.object === ref ? own : storedAt(state, condition.object));
  return state.stories.troubles.find((one) => one.of === ref && one.while.every(holds)) ?? null;
}

/** A deployment as a story names it. */
export function refOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/deployment/${metadata.name}`;
}

function storedAt(state: State, ref: string): KubeObject | undefined {
  const [name, singular, namespace] = ref.split("/").toReversed();
  const kind = kinds.find((one) => one.singular === singular)?.kind;
  const all = [...state.namespaces, ...state.deployments.map(({ object }) => object), ...state.others];
  return all.find(
    (one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace,
  );
}
