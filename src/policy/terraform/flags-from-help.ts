// Written by `npm run flags` from what terraform says of itself. Which of them may stand there is said in verbs.ts.

/** The version of terraform these are of. */
export const VERSION = "1.11";

/** The flags of every verb, as `flagTable` reads them. Under "", where there is one, stand those of all verbs. */
export const FLAGS_OF: Readonly<Record<string, string>> = {
  apply:
    "-auto-approve? -backup= -destroy? -input? -json? -lock? -lock-timeout= -parallelism= -refresh? -refresh-only? -replace= -state= -state-out= -target= -var= -var-file=",
  destroy:
    "-auto-approve? -backup= -destroy? -input? -json? -lock? -lock-timeout= -parallelism= -refresh? -refresh-only? -replace= -state= -state-out= -target= -var= -var-file=",
  fmt: "-check? -diff? -list? -recursive? -write?",
  "force-unlock": "-force?",
  get: "-test-directory= -update?",
  graph: "-draw-cycles? -module-depth= -plan= -type=",
  import:
    "-backup= -config= -ignore-remote-version? -input? -lock? -lock-timeout= -parallelism= -state= -state-out= -target= -var= -var-file=",
  init: "-backend? -backend-config= -cloud? -force-copy? -from-module= -get? -ignore-remote-version? -input? -json? -lock? -lock-timeout= -lockfile= -migrate-state? -plugin-dir= -reconfigure? -target= -test-directory= -upgrade? -var= -var-file=",
  "metadata functions": "-json?",
  modules: "-json?",
  output: "-json? -raw? -state=",
  plan: "-backup= -destroy? -detailed-exitcode? -generate-config-out= -input? -json? -lock? -lock-timeout= -out= -parallelism= -refresh? -refresh-only? -replace= -state= -state-out= -target= -var= -var-file=",
  providers: "-test-directory=",
  "providers schema": "-json?",
  refresh:
    "-backup= -destroy? -input? -json? -lock? -lock-timeout= -parallelism= -refresh? -refresh-only? -replace= -state= -state-out= -target= -var= -var-file=",
  show: "-json?",
  "state list": "-id= -state=",
  "state mv": "-backup= -dry-run? -ignore-remote-version? -lock? -lock-timeout= -state= -state-out=",
  "state replace-provider": "-auto-approve? -backup= -ignore-remote-version? -lock? -lock-timeout= -state=",
  "state rm": "-backup= -dry-run? -ignore-remote-version? -lock? -lock-timeout= -state=",
  taint: "-allow-missing? -backup= -ignore-remote-version? -lock? -lock-timeout= -state= -state-out=",
  untaint: "-allow-missing? -backup= -ignore-remote-version? -lock? -lock-timeout= -state= -state-out=",
  validate: "-json? -no-tests? -test-directory=",
  version: "-json?",
  "workspace delete": "-force? -lock? -lock-timeout=",
  "workspace list": "",
  "workspace new": "-lock? -lock-timeout= -state=",
  "workspace select": "-or-create?",
  "workspace show": "-input? -target= -var= -var-file=",
};
