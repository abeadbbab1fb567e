import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inheritedEnvironment, repositoryFolder } from "../../../processes/dev/process-command.ts";
import { sandboxShopId, urlOf } from "../../../processes/dev/stack.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { portOf } from "../world/links.ts";
import type { ChaosWorld } from "../world/world.ts";
import type { GeneratorOrder } from "./order.ts";

/** The running generator. */
export type Generator = {
  /** Resolves when the payers are there and bills begin to be pushed. */
  readonly ready: Promise<void>;
  /** Lets it finish what it has begun; resolves with its last words. */
  readonly finish: () => Promise<string>;
  readonly kill: () => void;
};

/** Starts people and billers as a process of their own. */
export function startGenerator(
  world: ChaosWorld,
  directory: RunDirectory,
  wish: Pick<GeneratorOrder, "seed" | "payers" | "billsPerSecond" | "hostile">,
): Generator {
  const orderFile = join(directory.data, "generator.json");
  writeFileSync(orderFile, JSON.stringify(orderOf(world, directory, wish)), { mode: 0o600 });
  const log = openSync(join(world.logs, "generator.log"), "a", 0o600);
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "test/chaos/generator/generator-process.ts", orderFile],
    { cwd: repositoryFolder, env: inheritedEnvironment(), stdio: ["pipe", "pipe", log], detached: true },
  );
  closeSync(log);
  if (child.pid !== undefined) world.adopt("generator", child.pid);
  child.stdin?.on("error", () => undefined);
  const words = listen(child);
  return {
    ready: words.until(/^ready/m),
    async finish() {
      child.stdin?.end();
      await words.ended;
      if (child.pid !== undefined) world.disown(child.pid);
      return words.all().trim();
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

function listen(child: ChildProcess) {
  let text = "";
  let wake = (): void => undefined;
  child.stdout?.on("data", (part: Buffer) => {
    text += part.toString("utf8");
    wake();
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
      wake();
    });
  });
  return {
    ended,
    all: () => text,
    async until(pattern: RegExp): Promise<void> {
      while (!pattern.test(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the generator has ended: ${text}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function orderOf(
  { stack, ports, databaseUrl }: ChaosWorld,
  { intents, truth }: RunDirectory,
  wish: Pick<GeneratorOrder, "seed" | "payers" | "billsPerSecond" | "hostile">,
): GeneratorOrder {
  const { secrets, data } = stack;
  const bank = urlOf(stack.ports.bank);
  return {
    ...wish,
    apis: [urlOf(portOf(ports, "generator-api-1")), urlOf(portOf(ports, "generator-api-2"))],
    databaseUrl,
    dataKeys: secrets.dataKeys,
    bank: {
      url: `${bank}/v3`,
      control: `${bank}/control`,
      shopId: sandboxShopId,
      secretKey: secrets.bankSecretKey,
    },
    stripe: { url: bank, secretKey: secrets.stripeSecretKey, webhookSecret: secrets.stripeWebhookSecret },
    push: { url: urlOf(stack.ports.push), vapidPublic: secrets.vapidPublic },
    hooks: {
      url: `${urlOf(stack.ports.city)}/hooks`,
      through: `${urlOf(portOf(ports, "engine-hooks"))}/hooks`,
    },
    billers: secrets.billers,
    identity: {
      issuer: urlOf(stack.ports.identity),
      dataDir: join(data.sandbox, "city", "identity"),
      clientId: "kvitok-page",
    },
    files: { intents, truth },
  };
}
