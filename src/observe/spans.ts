import { type RunnableConfig, RunnableLambda } from "@langchain/core/runnables";

/** Does `work` as a span of the trace, with a span below it for each item of what came of it. */
export type Span = <Result>(
  name: string,
  work: () => Promise<Result>,
  items: (result: Result) => readonly object[],
) => Promise<Result>;

/**
 * Spans under the run that `config` belongs to; where nobody traces it, `work` is done as it is. Names are ours and say
 * nothing of a change, because the tracer redacts inputs and outputs and no names.
 */
export function spansUnder({ callbacks, metadata }: Pick<RunnableConfig, "callbacks" | "metadata">): Span {
  return async (name, work, items) => {
    if (callbacks === undefined) return work();
    const done: Awaited<ReturnType<typeof work>>[] = [];
    const given = { callbacks, ...(metadata === undefined ? {} : { metadata }) };
    const outer = RunnableLambda.from(async (_: object, inner: RunnableConfig) => {
      const result = await work();
      done.push(result);
      const found = items(result);
      for (const item of found)
        await RunnableLambda.from(() => item).invoke({}, { ...inner, runName: `one of ${name}` });
      return { items: found };
    });
    await outer.invoke({}, { ...given, runName: name });
    const [result] = done;
    if (done.length === 0) throw new Error(`The work of the span ${name} ended without a result.`);
    return result as Awaited<ReturnType<typeof work>>;
  };
}
