import { loadShard } from "./shard.ts";

await loadShard(6);
