import { isSamePerson, type Person } from "../change/person.ts";
import type { Policy } from "./document.ts";

/** Why this person may not decide about this requester's change, or null when they may. Nobody configured: nobody may. */
export function whyNotDecide(person: Person, requester: Person, policy: Policy): string | null {
  if (isSamePerson(person, requester))
    return "You asked for this change, so somebody else has to decide about it.";
  switch (person.kind) {
    case "slack":
      if (policy.approvers.length === 0) {
        return "Nobody is configured as an approver. Set GREENLIGHT_APPROVERS, or approvers in the policy file.";
      }
      return policy.approvers.includes(person.userId) ? null : "You are not one of the configured approvers.";
    case "token":
      return person.role === "approver"
        ? null
        : "This token's role is requester; a decision needs an approver's.";
    case "policy":
      return "Policy does not answer a question that was put to a person.";
  }
}
