import { fetchUsers } from "../../processes/dev/board.ts";
import { runFromCommandLine } from "../../processes/dev/command-line.ts";
import { answerOk } from "../../processes/dev/answers.ts";
import type { ProcessDeclaration } from "../../processes/dev/process-declaration.ts";
import { kvitokProcesses } from "../../processes/dev/process-list.ts";
import { type Stack, urlOf } from "../../processes/dev/stack.ts";

// The real launcher over a list of stand-ins: a lamp, a shade that needs the lamp, and those of the real list that
// STAND_IN_REAL names. STAND_IN_ORDER is a file in which each writes when it ends; STAND_IN_STUBBORN keeps the lamp
// from ending when it is asked to.
const orderFile = process.env["STAND_IN_ORDER"] ?? "/dev/null";
const isStubborn = process.env["STAND_IN_STUBBORN"] === "yes";
const real = (process.env["STAND_IN_REAL"] ?? "").split(",");

function standIn(name: string, needs: string[], port: number): ProcessDeclaration {
  const program = `
    const { appendFileSync } = require("node:fs");
    require("node:http").createServer((request, response) => response.end("ok")).listen(${port}, "127.0.0.1");
    process.on("SIGTERM", () => {
      appendFileSync(${JSON.stringify(orderFile)}, "${name}\\n");
      if (!${isStubborn}) process.exit(0);
    });`;
  return {
    name,
    kind: "service",
    needs,
    ports: [port],
    stopWithinSeconds: 60,
    command: () => ({ file: process.execPath, args: ["-e", program] }),
    isReady: answerOk(urlOf(port)),
  };
}

function processes(stack: Stack): readonly ProcessDeclaration[] {
  return [
    standIn("shade", ["lamp"], stack.ports.worker),
    standIn("lamp", [], stack.ports.api),
    ...kvitokProcesses(stack).filter(({ name }) => real.includes(name)),
  ];
}

process.exit(
  await runFromCommandLine(process.argv.slice(2), {
    processes,
    users: (stack) => (real.includes("city") ? fetchUsers(stack) : Promise.resolve([])),
    story: () => ({
      file: process.execPath,
      args: ["-e", 'console.log("a card is bound"); console.log("bill 1 paid: 512345")'],
    }),
  }),
);
