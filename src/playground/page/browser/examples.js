/** Requests worth trying, in the words a newcomer would use; the composer puts the command in front. */
export const examples = [
  { text: "scale payment-api to 5 replicas in production", note: "waits for approval" },
  { text: "scale payment-api to 3 replicas in staging", note: "runs at once" },
  { text: "restart checkout in production", note: "waits for approval" },
  { text: "show the pods in production", note: "only reads" },
  { text: "delete the deployment legacy-report in production", note: "high risk" },
  { text: "apply the terraform root network", note: "terraform" },
];
