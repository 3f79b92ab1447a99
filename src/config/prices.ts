import { z } from "zod";

/** What a model's tokens cost, written `IN:OUT` in US dollars per million. Nothing stands for a price that nobody has said. */
export const ModelPrices = z
  .string()
  .regex(
    /^\d{1,5}(\.\d{1,6})?:\d{1,5}(\.\d{1,6})?$/,
    "is not IN:OUT, US dollars per million tokens, as in 3:15",
  )
  .transform((text) => {
    const [input, output] = text.split(":").map(Number);
    return { in: input ?? 0, out: output ?? 0 };
  });
export type ModelPrices = z.infer<typeof ModelPrices>;
