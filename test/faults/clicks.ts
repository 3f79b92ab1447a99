import { pick, type Random } from "#test/policy/random.ts";
import { unlessApproved } from "./cancel-clicks.ts";
import { type Became, click, playRounds, type Round, UNSURE, unlessAs, type Waiting } from "./rounds.ts";
import { APPROVERS, type Town } from "./town.ts";

/** What came of the rounds: how many clicks, who won how often, and what must not be. */
export type Clicks = {
  clicks: number;
  approved: number;
  rejected: number;
  cancelled: number;
  /** Of those approved: a Cancel came after it. */
  stopped: number;
  violations: string[];
};

type Told = { answer: string; status: number };

const BATCH = 20;
const MOST_CLICKS = 50;

/** Rounds of 2 to 50 clicks at once on one question, over two processes, Approve, Reject and Cancel mixed. One wins, and that is what happens. */
export async function clicks(town: Town, rounds: number, seed: number): Promise<Clicks> {
  const result = { clicks: 0, approved: 0, rejected: 0, cancelled: 0, stopped: 0 };
  const play = async (change: Waiting, random: Random): Promise<Round> => {
    const told = await all(town, random, change);
    result.clicks += told.length;
    const faultsOf = (became: Became): string[] => {
      const isStopped = became.answer === "approve" && took(told, "cancel") > 0;
      if (became.answer === "approve") result.approved += 1;
      if (became.answer === "reject") result.rejected += 1;
      if (became.answer === "cancel") result.cancelled += 1;
      if (isStopped) result.stopped += 1;
      return faults(became, told, isStopped);
    };
    return { change, faultsOf };
  };
  const violations = await playRounds({ town, name: "many", rounds, seed, batch: BATCH, play });
  return { ...result, violations };
}

/** All clicks of one round at once. */
async function all(town: Town, random: Random, change: Waiting): Promise<Told[]> {
  const clicked = 2 + Math.floor(random() * (MOST_CLICKS - 1));
  // An Approve looks at the workspace first, so among equally many another answer is always there before it.
  const yes = pick(random, [0.5, 0.9, 0.97, 1]);
  const given = Array.from({ length: clicked }, async () => {
    const answer = random() < yes ? "approve" : pick(random, ["reject", "cancel"]);
    return { answer, status: await click(town, random, change, { answer, by: pick(random, APPROVERS) }) };
  });
  return Promise.all(given);
}

/** How many were told that this answer of theirs counts. */
function took(told: readonly Told[], answer: string): number {
  return told.filter((one) => one.answer === answer && one.status === (answer === "cancel" ? 202 : 200))
    .length;
}

function faults(became: Became, told: readonly Told[], isStopped: boolean): string[] {
  const { answer } = became;
  const won = { approve: took(told, "approve"), reject: took(told, "reject"), cancel: took(told, "cancel") };
  const meant = { approve: 0, reject: 0, cancel: isStopped ? 1 : 0, [String(answer)]: 1 };
  const nobody = { ...meant, [String(answer)]: 0 };
  const isUnsure = told.some((one) => one.answer === answer && one.status === UNSURE);
  const others = told.filter(({ status }) => ![200, 202, 409, UNSURE].includes(status));
  return [
    ...others.map((one) => `${one.answer} was answered with ${one.status}`),
    ...(JSON.stringify(won) === JSON.stringify(meant) ||
    (isUnsure && JSON.stringify(won) === JSON.stringify(nobody))
      ? []
      : [`${answer} stands, and told that they won: ${JSON.stringify(won)}`]),
    ...(answer === "approve"
      ? unlessApproved(became, isStopped)
      : unlessAs(String(answer), became, {
          status: [answer === "reject" ? "rejected" : "cancelled"],
          times: 0,
        })),
  ];
}
