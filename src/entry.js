// Plain JavaScript on purpose: an old Node must be able to read this far, to be told what to do.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  import("./main.ts").then((program) => program.main());
} else {
  process.stderr.write(
    `Greenlight needs Node 22.18 or newer and was started with ${process.versions.node}.\n` +
      "Run it with `npm start`, which brings a Node of its own on Linux and Windows, or install Node 24.\n",
  );
  process.exitCode = 1;
}
