import { type Finding, high } from "./finding.ts";

/** Variables by which a program loads code, and those that say through whom it talks and whom it trusts. */
const WEIGHTY =
  /^(LD_\w+|DYLD_\w+|GCONV_PATH|BASH_ENV|PROMPT_COMMAND|PATH|CLASSPATH|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|HOME|STARTUP)|PERL5(LIB|OPT)|RUBY(LIB|OPT)|_?JAVA_(TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|DOTNET_STARTUP_HOOKS|CORECLR_\w+|PHPRC|PHP_INI_SCAN_DIR|GIT_SSH(_COMMAND)?|(HTTPS?|ALL|FTP)_PROXY|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY|(SSL|CURL|REQUESTS)_(CERT_FILE|CERT_DIR|CA_BUNDLE))$/i;

/** A finding for each variable of a container by which another program would run, or its traffic go elsewhere. */
export function judgeVariables(names: readonly string[]): Finding[] {
  return names
    .filter((name) => WEIGHTY.test(name))
    .map((name) =>
      high(`${name} says what code a program loads, or through whom it talks and whom it trusts`),
    );
}
