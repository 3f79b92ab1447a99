import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { makeCertificate } from "./certificate.ts";
import { git } from "./git.ts";

/** What a module's package holds: path to text. */
export type Package = Readonly<Record<string, string>>;

/** What can be had: a registry's modules as `HOST/NAMESPACE/NAME/PROVIDER/VERSION`, repositories as `HOST/PATH.git`, archives as `HOST/PATH`. */
export type Hosted = {
  registry?: Readonly<Record<string, Package>>;
  /** Tags with their content, the oldest first; a branch `main` stands at the last. */
  git?: Readonly<Record<string, Readonly<Record<string, Package>>>>;
  archives?: Readonly<Record<string, Buffer>>;
};

export type ModuleHost = {
  /** What makes a program ask here, whatever host it names. */
  env: Record<string, string>;
  /** Every host that somebody wanted a connection to. */
  asked: string[];
  /** Every path that was asked for, with its host. */
  paths: string[];
  /** Commit of a tag, by `HOST/PATH.git TAG`. */
  commits: Map<string, string>;
  /** Answers of the registry that are not as the protocol has them: path to address. */
  answers: Map<string, string>;
  redirects: Map<string, string>;
  close: () => Promise<void>;
};

const NAMES = [
  "registry.terraform.io",
  "app.terraform.io",
  "github.com",
  "codeload.github.com",
  "gitlab.com",
];
const BACKEND = "http-backend";

/**
 * Serves modules on loopback as the real hosts do: a registry, git over smart http, and archives, all over https. A proxy
 * leads every name here, so that roots can name the hosts that real ones name; one that is not in the certificate is refused.
 */
export async function startModuleHost(
  folder: string,
  hosted: Hosted,
  more: readonly string[] = [],
): Promise<ModuleHost> {
  const certificate = makeCertificate([...NAMES, ...more, "localhost", "127.0.0.1"]);
  const authority = join(folder, "authority.pem");
  await mkdir(join(folder, "git"), { recursive: true });
  await writeFile(authority, certificate.cert);
  const commits = await makeRepositories(folder, hosted.git ?? {});
  const asked: string[] = [];
  const paths: string[] = [];
  const answers = new Map<string, string>();
  const redirects = new Map<string, string>();
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const path = `${request.headers.host?.replace(/:443$/, "")}${request.url}`;
    paths.push(path);
    const next = redirects.get(path);
    if (next !== undefined) response.writeHead(302, { location: next }).end();
    else if (/\.git\/(info\/refs|git-upload-pack)/.test(path)) serveGit(folder, path, request, response);
    else serveFile(path, hosted, answers, response);
  });
  server.listen(0, "127.0.0.1");
  const proxy = createProxy((_, response) => response.writeHead(400).end());
  const open = new Set<Socket>();
  proxy.on("connect", (request: IncomingMessage, socket: Socket) => {
    asked.push((request.url ?? "").replace(/:443$/, ""));
    const { port } = server.address() as AddressInfo;
    const inner = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      inner.pipe(socket).pipe(inner);
    });
    for (const one of [inner, socket]) {
      open.add(one);
      one.on("error", () => one.destroy()).on("close", () => open.delete(one));
    }
  });
  proxy.listen(0, "127.0.0.1");
  await Promise.all([server, proxy].map((one) => new Promise((resolve) => one.once("listening", resolve))));
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    env: { HTTPS_PROXY: address, https_proxy: address, SSL_CERT_FILE: authority },
    asked,
    paths,
    commits,
    answers,
    redirects,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      await Promise.all([server, proxy].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

async function makeRepositories(
  folder: string,
  repositories: NonNullable<Hosted["git"]>,
): Promise<Map<string, string>> {
  const commits = new Map<string, string>();
  for (const [name, tags] of Object.entries(repositories)) {
    const directory = join(folder, "git", name);
    await mkdir(directory, { recursive: true });
    await git(directory, "init", "--quiet", "--initial-branch=main");
    await writeFile(join(directory, ".git", "git-daemon-export-ok"), "");
    for (const [tag, files] of Object.entries(tags)) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(join(directory, path, ".."), { recursive: true });
        await writeFile(join(directory, path), text);
      }
      await git(directory, "add", "--all", "--force");
      await git(directory, "commit", "--quiet", "--allow-empty", `--message=${tag}`);
      await git(directory, "tag", "--annotate", `--message=${tag}`, tag);
      commits.set(`${name} ${tag}`, await git(directory, "rev-parse", "HEAD"));
    }
  }
  return commits;
}

function serveFile(
  path: string,
  hosted: Hosted,
  answers: ReadonlyMap<string, string>,
  response: ServerResponse,
): void {
  const [host = ""] = path.split("/");
  if (path === `${host}/.well-known/terraform.json`) {
    response.end(JSON.stringify({ "modules.v1": "/v1/modules/" }));
    return;
  }
  const wanted = /^([^/]+)\/v1\/modules\/(.+)\/download$/.exec(path);
  const key = wanted === null ? "" : `${wanted[1]}/${wanted[2]}`;
  if (answers.has(key) || hosted.registry?.[key] !== undefined) {
    response
      .writeHead(204, { "x-terraform-get": answers.get(key) ?? `./${key.split("/").at(-1)}.tar.gz` })
      .end();
    return;
  }
  const registered = /^([^/]+)\/v1\/modules\/(.+)\/[^/]+\.tar\.gz$/.exec(path);
  const files = registered === null ? undefined : hosted.registry?.[`${registered[1]}/${registered[2]}`];
  const archive = hosted.archives?.[path.replace(/\?.*$/, "")];
  if (files !== undefined) response.end(tarOf(files));
  else if (archive !== undefined) response.end(archive);
  else response.writeHead(404).end();
}

function serveGit(folder: string, path: string, request: IncomingMessage, response: ServerResponse): void {
  const [file = "", query = ""] = path.split("?");
  const child = spawn("git", [BACKEND], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: join(folder, "git"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      PATH_INFO: `/${file.replace(/\.git\//, ".git/.git/")}`,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: String(request.headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf("\r\n\r\n");
    const lines = all.subarray(0, end).toString("latin1").split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(": ")[0] ?? "", line.split(": ")[1] ?? ""]),
    );
    response.writeHead(Number.parseInt(headers["Status"] ?? "200", 10), headers).end(all.subarray(end + 4));
  });
}

/** A tar.gz of these files, as a registry hands it out. `links` become symbolic links. */
export function tarOf(files: Package, links: Package = {}): Buffer {
  const records = Object.entries(files).map(([path, text]) => tarRecord(path, "0", Buffer.from(text), ""));
  const linked = Object.entries(links).map(([path, target]) => tarRecord(path, "2", Buffer.alloc(0), target));
  return gzipSync(Buffer.concat([...records, ...linked, Buffer.alloc(1_024)]));
}

function tarRecord(path: string, type: string, bytes: Buffer, target: string): Buffer {
  const head = Buffer.alloc(512);
  head.write(path, 0);
  head.write("0000644\0", 100);
  head.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
  head.write("        ", 148);
  head.write(type, 156);
  head.write(target, 157);
  head.write("ustar\0" + "00", 257);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const rest = (512 - (bytes.length % 512)) % 512;
  return Buffer.concat([head, bytes, Buffer.alloc(rest)]);
}
