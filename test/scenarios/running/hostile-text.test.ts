import { describeHostileTexts } from "#test/support/hostile-suite.ts";

describeHostileTexts("with models that obey the attacker, a choice of texts", ({ fast }) => fast);
