// The model of the bench, in a process of its own so that its CPU is nobody's: five steps, and everything approved.
import { startModel } from "#playground/model/model.ts";

const scale = (step: number, replicas: number) => ({
  tool: "kubectl",
  args: ["scale", `deployment/web-${step}`, `--replicas=${replicas}`, "-n", "production"],
  dir: "",
});
const PLAN = {
  summary: "Scales five deployments.",
  plan: [1, 2, 3, 4, 5].map((step) => ({
    ...{ step, description: `Scale web-${step}`, risk: "medium", ...scale(step, 5) },
    rollback: scale(step, 2),
  })),
  risk_level: "medium",
  risk_reason: "running services",
  questions: [],
};

const model = await startModel({ looks: false });
model.obey(({ agent }) => (agent === "planner" ? PLAN : { result: "approved", notes: "All of it is done." }));
process.once("disconnect", () => void model.close());
process.send?.({ baseUrl: model.baseUrl, apiKey: model.apiKey });
