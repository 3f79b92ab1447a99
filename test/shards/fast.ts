import { loadFast } from "./shard.ts";

await loadFast();
