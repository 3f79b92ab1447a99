import { describeHostileTexts } from "#test/support/hostile-suite.ts";

// Minutes on a busy machine, so not among the tests of every run: npm run hostile.
describeHostileTexts("with models that obey the attacker, every text", () => true);
