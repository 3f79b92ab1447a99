/** What terraform says of the saved plan of one step, redacted. `omitted`: lines beyond what is kept. */
export type PlanText = { step: number; text: string; omitted: number };
