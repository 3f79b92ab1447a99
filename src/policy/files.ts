/**
 * The text of workspace files, by path from the workspace's root ("network/main.tf"). Judging stays pure: whoever reads
 * the disk hands the texts in. Null: the line alone is judged, as `policy check` does.
 */
export type Files = ReadonlyMap<string, string> | null;
