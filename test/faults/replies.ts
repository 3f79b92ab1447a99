import type { Town } from "./town.ts";

/** A question as a person finds it. */
export type Question = {
  id: string;
  request: string;
  gate: "answers" | "approval" | "operator";
  revision: number;
  round: number;
  digest: string;
  approvals: number;
  asked: number;
};

/** What somebody says to it, who that is, and what it is called in the row. */
export type Reply = {
  answer: string;
  by: string;
  path: "decision" | "cancel";
  body: { answers?: string[]; reason?: string };
};

/** What is open to people now. */
export async function openQuestions(town: Town): Promise<Question[]> {
  const { rows } = await town.pool.query<Question>(
    `select c.id, c.request, d.gate, d.revision, d.round, d.digest, jsonb_array_length(d.questions) as asked,
       (select count(*)::int from approvals a where a.change_id = c.id) as approvals
     from changes c join decisions d on d.change_id = c.id and d.revision = c.revision
     where d.answer is null and c.status in ('asking', 'waiting', 'needs_person')`,
  );
  return rows;
}

/** What people say to it, as the story goes: the first that is taken counts; none where the story lets its time run out. */
export async function repliesTo(town: Town, question: Question): Promise<Reply[]> {
  const { gate, request, revision } = question;
  if (gate === "answers")
    return [say("answered", "ben", { answers: Array.from({ length: question.asked }, () => "All of it.") })];
  if (gate === "operator") return (await wordsOfOperator(town, question)).map((answer) => say(answer, "ben"));
  if (request.endsWith(" late")) {
    await letTimePass(town, question);
    return [];
  }
  if (request.endsWith(" cancelled")) return [{ ...say("cancel", "ben"), path: "cancel" }];
  if (request.endsWith(" replan") && revision === 1)
    return [say("request_changes", "ben", { reason: "Another count of replicas." })];
  // Ben answered the Planner or wished for another plan, so his yes to it does not count.
  if (request.endsWith(" asks") || revision > 1) return [say("approve", "dan")];
  return [say("approve", question.approvals > 0 ? "cleo" : "ben")];
}

function say(answer: string, by: string, body: Reply["body"] = {}): Reply {
  return { answer, by, path: "decision", body };
}

/** What an operator says who has looked: about a step nobody saw the end of, whether its command came to the cluster. */
async function wordsOfOperator(town: Town, question: Question): Promise<string[]> {
  const { rows } = await town.pool.query<{ argv: string[] }>(
    "select argv from journal where change_id = $1 and (outcome is null or outcome = 'unknown') order by intent_at desc limit 1",
    [question.id],
  );
  const [open] = rows;
  if (open === undefined) return ["accept"];
  const ran = (await town.kubectl.lines()).includes(open.argv.slice(1).join(" "));
  return [ran ? "happened" : "did_not_happen", "accept"];
}

/** An hour goes by in which nobody comes: first its half, so that somebody is reminded, then all of it. */
async function letTimePass(town: Town, { id, revision }: Question): Promise<void> {
  await town.pool.query(
    `update decisions set asked_at = asked_at - interval '1 hour',
       expires_at = case when reminded_at is null then expires_at - interval '35 minutes'
         else least(expires_at, clock_timestamp() + interval '20 milliseconds') end
     where change_id = $1 and gate = 'approval' and revision = $2 and answer is null
       and expires_at > clock_timestamp() + interval '1 second'`,
    [id, revision],
  );
}
