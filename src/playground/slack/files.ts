import { newId } from "./workspace.ts";

/** A file on its way or uploaded. `content` is null until it arrived. */
export type StoredFile = {
  id: string;
  name: string;
  title: string;
  length: number;
  content: Buffer | null;
  shared: boolean;
};

/** The files of the workspace. */
export type Files = ReturnType<typeof createFiles>;

/** No files yet. */
export function createFiles() {
  const files = new Map<string, StoredFile>();
  return {
    reserve(name: string, length: number): StoredFile {
      const file = { id: newId("F"), name, title: name, length, content: null, shared: false };
      files.set(file.id, file);
      return file;
    },
    find: (id: string) => files.get(id) ?? null,
    all: () => [...files.values()],
  };
}
