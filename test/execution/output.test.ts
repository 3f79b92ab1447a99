import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import type { LogLine } from "#change/journal.ts";
import { createLineBuffer, type RedactLine } from "#execution/process/line-buffer.ts";
import { splitLines } from "#execution/process/split-lines.ts";

describe("what a command prints", () => {
  it("is the same lines wherever the chunks were cut", async () => {
    const text = "one\r\ntwo ü\n\nfour\x1b[31m red\x1b[0m\n10%\r20%\r30%\nlast";
    const bytes = Buffer.from(text);
    const expected = ["one", "two ü", "", "four red", "30%", "last"];
    for (let at = 0; at <= bytes.length; at += 1) {
      assert.deepEqual(await linesOf([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
    }
    assert.deepEqual(await linesOf([...bytes].map((byte) => Buffer.of(byte))), expected);
  });

  it("loses its escape sequences, shows what is no UTF-8, and is none when it is nothing", async () => {
    assert.deepEqual(
      await linesOf([Buffer.from("\x1b]0;title\x07a\x1b[1;32mb\x1b[Kc\x1b(Bd\x1b]8;;http://x\x1b\\e\x1b")]),
      ["abcde\x1b"],
    );
    assert.deepEqual(await linesOf([Buffer.from([255, 65, 0xc3])]), ["\ufffdA\ufffd"]);
    assert.deepEqual(await linesOf([]), []);
    assert.deepEqual(await linesOf([Buffer.from("\n\r\n")]), ["", ""]);
  });

  it("is held for one line only, and cut there with a count", async () => {
    const cut: number[] = [];
    await splitLines(Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(10_000, "z"))), (line) => {
      assert.equal(line.text, "z".repeat(6_048));
      cut.push(line.cut);
    });
    assert.deepEqual(cut, [1_000_000 - 6_048]);
  });
});

describe("the lines that are kept", () => {
  it("are all of them, in order, while they are few", async () => {
    const kept = await keep(["a", "b"], () => (line) => line.toUpperCase());
    assert.deepEqual(kept, [
      { number: 1, stream: "out", text: "A" },
      { number: 2, stream: "out", text: "B" },
    ]);
    assert.deepEqual(
      (await keep(numbers(2_200))).map((line) => line.text),
      numbers(2_200),
    );
  });

  it("are the first 2,000 and the last 200, and one in between says how many are not there", async () => {
    for (const [count, left] of [
      [2_201, 1],
      [3_300, 1_100],
      [100_000, 97_800],
    ] as const) {
      const kept = await keep(numbers(count));
      assert.equal(kept.length, 2_201);
      assert.match(
        kept[2_000]?.text ?? "",
        new RegExp(`^… ${left} lines \\(about \\d+ KB\\) are left out here$`),
      );
      assert.equal(kept[2_000]?.number, 2_001);
      assert.deepEqual(
        kept.slice(2_001).map((line) => line.number),
        [...Array(200).keys()].map((at) => count - 199 + at),
      );
      assert.deepEqual(kept.at(-1), { number: count, stream: "out", text: `${count}` });
    }
  });

  it("are bounded in size too: about 1 MB first, 256 KB last", async () => {
    const kept = await keep(numbers(20_000).map((text) => text.padEnd(3_999, "x")));
    const gap = kept.findIndex((line) => line.text.startsWith("…"));
    assert.equal(gap, 263);
    assert.equal(kept.length - gap - 1, 65);
    assert.match(kept[gap]?.text ?? "", /^… 19672 lines \(about 79 MB\)/);
    assert.ok(kept.at(-1)?.text.startsWith("20000x"));
  });

  it("are shown to 4,000 characters; of a line that was cut no secret shows half", async () => {
    const redactLines = () => (line: string) => line.replaceAll("hunter2-hunter2", "*");
    const long = await keep([`${"y".repeat(3_990)}hunter2-hunter2${"y".repeat(500)}`], redactLines);
    assert.equal(long[0]?.text, `${"y".repeat(3_990)}*${"y".repeat(9)} … 491 characters left out`);
    const shrunk = `${"hunter2-hunter2".repeat(160)}${"y".repeat(3_640)}hunter2-`;
    const [line] = await keep([shrunk], redactLines, 10_000);
    assert.match(line?.text ?? "", /^\*{160}y{1600} … 12048 characters left out$/);
  });

  it("are redacted as one stream each, also behind the gap, where a block that began before the tail is still one", async () => {
    const block = [
      "-----BEGIN KEY-----",
      ...numbers(300).map((text) => `secret ${text}`),
      "-----END KEY-----",
    ];
    const early = await keep([...block, "after"], redactBlocks);
    assert.doesNotMatch(JSON.stringify(early), /secret/);
    assert.equal(early.at(-1)?.text, "after");
    const late = await keep([...numbers(5_000), ...block, ...numbers(50)], redactBlocks);
    assert.equal(late.length, 2_201);
    assert.doesNotMatch(JSON.stringify(late), /secret/);
    assert.equal(late.at(-1)?.text, "50");
    const across = await keep([...numbers(1_990), ...block, ...numbers(50)], redactBlocks);
    assert.doesNotMatch(JSON.stringify(across), /secret/);
    assert.match(across.at(-1)?.text ?? "", /^50$/);
    const unended = await keep(["-----BEGIN KEY-----", ...numbers(9_000)], redactBlocks);
    assert.equal(unended.at(-1)?.text, "9000");
  });

  it("cost no more memory when the database does not answer, and its fault is the end's", async () => {
    let wrote = 0;
    const buffer = createLineBuffer(
      async (lines) => {
        wrote += lines.length;
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new Error("the database is away");
      },
      () => (line) => line,
    );
    for (const text of numbers(300_000)) buffer.add("out", { text, cut: 0 });
    await assert.rejects(buffer.end(), /the database is away/);
    assert.ok(wrote <= 2_201);
  });
});

async function linesOf(chunks: Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  await splitLines(Readable.from(chunks), (line) => lines.push(line.text));
  return lines;
}

async function keep(
  texts: string[],
  redactLines: () => RedactLine = () => (line) => line,
  cut = 0,
): Promise<LogLine[]> {
  const kept: LogLine[] = [];
  const buffer = createLineBuffer(async (lines) => void kept.push(...lines), redactLines);
  for (const text of texts) buffer.add("out", { text, cut });
  await buffer.end();
  return kept;
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index + 1}`);
}

/** A redaction with a memory, as the real one has for key blocks. */
function redactBlocks(): RedactLine {
  let inside = false;
  return (line) => {
    if (line.includes("BEGIN")) inside = true;
    const shown = inside ? "*" : line;
    if (line.includes("END")) inside = false;
    return shown;
  };
}
