import { describeHostileTexts } from "../support/hostile-suite.ts";

describeHostileTexts("with models that obey the attacker, a choice of texts", ({ fast }) => fast);
