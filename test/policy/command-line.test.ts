import assert from "node:assert/strict";
import { test } from "node:test";
import { splitCommandLine } from "#policy/command-line.ts";

const read: [line: string, argv: string[]][] = [
  ["kubectl get pods", ["kubectl", "get", "pods"]],
  ["  kubectl\tget   pods  ", ["kubectl", "get", "pods"]],
  ["", []],
  [" \t ", []],
  ["kubectl get pods -l 'app in (web,api)'", ["kubectl", "get", "pods", "-l", "app in (web,api)"]],
  [
    `kubectl -o jsonpath='{.items[*].metadata.name}' get po`,
    ["kubectl", "-o", "jsonpath={.items[*].metadata.name}", "get", "po"],
  ],
  [`a -p '{"a":{"b":1,"c":"$x"}}'`, ["a", "-p", `{"a":{"b":1,"c":"$x"}}`]],
  [`a "x y"z'1 2'\\ 3`, ["a", "x yz1 2 3"]],
  [`a "\\"\\\\\\$\\\`\\n\\a"`, ["a", '"\\$`\\n\\a']],
  [`a '\\' "'" '"'`, ["a", "\\", "'", '"']],
  [`a '' ""`, ["a", "", ""]],
  [`a \\| \\; \\* \\$HOME \\#x \\~ \\{a,b\\}`, ["a", "|", ";", "*", "$HOME", "#x", "~", "{a,b}"]],
  [`a b#c x~ x=~/y '~' "#"`, ["a", "b#c", "x~", "x=~/y", "~", "#"]],
  ["a {} {.items} {a} a}b {..name} x{1,", ["a", "{}", "{.items}", "{a}", "a}b", "{..name}", "x{1,"]],
  [`a {'x,y'} "{a,b}" '{1..3}'`, ["a", "{x,y}", "{a,b}", "{1..3}"]],
  ["a b=c -var d=e", ["a", "b=c", "-var", "d=e"]],
  ["'A=b' kubectl", ["A=b", "kubectl"]],
  ["kubectl g\u00e9t !x %y @z ^w , : ]", ["kubectl", "g\u00e9t", "!x", "%y", "@z", "^w", ",", ":", "]"]],
];

for (const [line, argv] of read) {
  test(`${JSON.stringify(line)} is taken apart as a shell would`, () => {
    assert.deepEqual(splitCommandLine(line), { ok: true, argv });
  });
}

const refused: [why: RegExp, lines: string[]][] = [
  [/a pipe/, ["kubectl get pods | sh", "a|b", "a ||b"]],
  [/a shell operator/, ["a; b", "a & b", "a && b", "(a)", "a (b", "a )"]],
  [/a redirection/, ["a > x", "a 2>&1", "a < x", "a << x", "a <(b)"]],
  [/a command substitution/, ["a `b`", 'a "`b`"', "a 'x'`b"]],
  [
    /an expansion/,
    ["a $HOME", "a $" + "{x}", "a $(b)", 'a "$x"', 'a "$(b)"', "a $'x'", 'a $"x"', "a $", "a x$y"],
  ],
  [/a file pattern/, ["a *", "a x*", "a ?", "a x[0]", "a jsonpath={.items[0]}"]],
  [
    /a brace expansion/,
    [
      "a {b,c}",
      "a x{b,c}y",
      "a {1..3}",
      "a {a..z}",
      "a {01..10..2}",
      "a {x,'y z'}",
      "a {a,{b}}",
      'a {"a":1,"b":2}',
    ],
  ],
  [/home directory/, ["a ~", "a ~/x", "a ~root/x", "~/bin/kubectl get pods"]],
  [/a comment/, ["a #b", "#a", "a # b"]],
  [
    /a variable is set/,
    ["A=b kubectl get pods", "KUBECONFIG=/x kubectl get pods", "A+=b c", "A= b", "A='x y' b"],
  ],
  [/not closed/, ["a 'b", 'a "b', `a "b\\"`, "a '\\''"]],
  [/at the end/, ["a \\"]],
  [/line break/, ["a\nb", "a\r\nb", "a 'b\nc'", "a\\\nb", "kubectl get pods\n"]],
  [/control character/, ["a\0b", "a \x1b[0m", "a 'b\x07'", "a \x7f", "a\x0bb", "a \u0085b"]],
  [/longer than/, ["a".repeat(16_385), `a '${"b".repeat(16_400)}'`]],
];

for (const [why, lines] of refused) {
  for (const line of lines) {
    test(`${JSON.stringify(line.slice(0, 60))} is refused`, () => {
      const split = splitCommandLine(line);
      assert.ok(!split.ok, JSON.stringify(split));
      assert.match(split.reason, why);
    });
  }
}
