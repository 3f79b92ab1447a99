import { type Change, isEnded } from "#change/change.ts";

/** Whose words a change's review is: the model's that judged the run, or where Greenlight asked none, why a person is asked. */
export function reviewLabel({ review, status }: Change): string {
  if (review?.by !== "greenlight") return "The reviewer";
  if (review.result === "approved") return "Greenlight";
  return isEnded(status) ? "Why a person was asked" : "Why";
}
