import { z } from "zod";
import { plainSource } from "#policy/terraform/providers.ts";

/** Whose programs terraform runs: a source, or all of one's (`hashicorp/*`). */
export const Provider = z.string().refine((entry) => entry.includes("/") && plainSource(entry) !== null, {
  error: "is no provider's source, such as hashicorp/aws, datadog/datadog or registry.example.com/acme/*",
});

/** Where a module is fetched from. */
export const ModuleHost = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/,
    "is not a host, such as git.example.com or git.example.com:8443",
  );
/** The public registry sends to GitHub, whose archives come from codeload; the others are where teams keep their own. */
export const MODULE_HOSTS = [
  "registry.terraform.io",
  "github.com",
  "codeload.github.com",
  "gitlab.com",
  "bitbucket.org",
];

/** A place of the machine that commands are shown: none of the directories that hold everything. */
export const ShownPath = z.string().regex(/^\/(?!.*(^|\/)\.\.?(\/|$))(?!.*\/\/)[^/]+\/.*[^/]$/, {
  error: "is not an absolute path below a top directory, such as /home/bot/.local/bin",
});
