import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "../../../db/database.ts";
import { type DataDirectory, openDataDirectory } from "../../../processes/dev/data-directory.ts";
import { OwnProcesses } from "../../../processes/dev/own-processes.ts";
import { checkPorts } from "../../../processes/dev/ports.ts";
import { clusterUser, databaseUrl } from "../../../processes/dev/postgres.ts";
import { repositoryFolder, runToEnd, type ProcessCommand } from "../../../processes/dev/process-command.ts";
import { readOrMakeSecrets } from "../../../processes/dev/secrets.ts";
import { engineDatabase, engineEnvironment, type Stack } from "../../../processes/dev/stack.ts";
import { catalogueFile } from "../../../sandbox/billers/biller-book.ts";
import { fileURLToPath } from "node:url";
import { DurableLines } from "../run/durable-lines.ts";
import type { EngineMutant } from "../mutants/of-the-whole-engine.ts";
import { plantInDatabase } from "../mutants/plant-in-build.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { mountBoundedDisk, takeDiskAway } from "./bounded-disk.ts";
import { builtCommand, type CastParts, castOf, type Kind, type Role } from "./cast.ts";
import { chaosPortsFrom, type ChaosPorts } from "./links.ts";
import { Player, type PlayerEvent } from "./player.ts";
import { addSearchAttributes, type FullTemporal, makeTemporalTables } from "./temporal-roles.ts";

const TASK_WITHIN_SECONDS = 120;

/** A whole engine as processes, each started again when it ends; whatever happens to one is written down. */
export class ChaosWorld {
  readonly ports: ChaosPorts;
  readonly stack: Stack;
  readonly parts: CastParts;
  readonly players: readonly Player[];
  /** Where PostgreSQL's log of writes lies, or why it lies where it always does. */
  readonly disk: ReturnType<typeof mountBoundedDisk>;
  readonly #roles: ReadonlyMap<string, Role["kind"]>;
  readonly #data: DataDirectory;
  readonly #own: OwnProcesses;
  readonly #lines: DurableLines;
  readonly #lastLight: ChildProcess;
  #database: ReturnType<typeof openDatabase> | undefined;

  readonly #mutant: EngineMutant | undefined;

  /** Makes everything ready, starts nothing yet. `built`: the folder of the compiled engine. */
  constructor(order: {
    readonly portBase: number;
    readonly directory: RunDirectory;
    readonly built: string;
    readonly mutant?: EngineMutant | undefined;
    /** Temporal's full server; the development server when not said. */
    readonly fullTemporal?: FullTemporal | undefined;
  }) {
    const { directory } = order;
    this.#mutant = order.mutant;
    this.#data = openDataDirectory(directory.data);
    this.#own = new OwnProcesses(this.#data.processes);
    this.#lines = new DurableLines(directory.processes);
    this.ports = chaosPortsFrom(order.portBase);
    this.stack = {
      data: this.#data,
      ports: this.ports.stack,
      secrets: readOrMakeSecrets(this.#data.secrets),
      say: () => undefined,
    };
    const disk = mountBoundedDisk(this.#data.path);
    this.disk = disk;
    this.parts = {
      stack: this.stack,
      ports: this.ports,
      built: order.built,
      crashPoints: directory.crashPoints,
      disk: "why" in disk ? undefined : disk,
      fullTemporal: order.fullTemporal,
    };
    const roles = castOf(this.parts);
    this.#roles = new Map(roles.map(({ kind, declaration }) => [declaration.name, kind]));
    this.players = roles.map(
      ({ declaration }) =>
        new Player(declaration, join(this.#data.logs, `${declaration.name}.log`), (event) =>
          this.#note(event),
        ),
    );
    this.#lastLight = startLastLight(this.#data.processes, "why" in disk ? undefined : disk.note);
    mkdirSync(this.#data.logs, { recursive: true });
  }

  /** The engine's database, past every proxy: the harness itself must see what it does. */
  get db(): Database {
    this.#database ??= openDatabase({
      url: this.databaseUrl,
      applicationName: "chaos",
      maxConnections: 4,
    });
    return this.#database.db;
  }

  get databaseUrl(): string {
    const { secrets, ports } = this.stack;
    return databaseUrl(
      { user: clusterUser, password: secrets.postgresPassword, port: ports.postgres },
      engineDatabase,
    );
  }

  get logs(): string {
    return this.#data.logs;
  }

  kindOf(player: Player): Kind | "proxy" {
    return this.#roles.get(player.name) ?? "proxy";
  }

  playersOf(kind: Kind): readonly Player[] {
    return this.players.filter((player) => this.kindOf(player) === kind);
  }

  player(name: string): Player {
    const found = this.players.find((one) => one.name === name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  }

  /** Everybody whom a payment passes is up, of workers and APIs one at least. */
  get couldPay(): boolean {
    const kinds = ["postgres", "temporal", "temporal-postgres", "bank", "city"] as const;
    const alone = kinds.flatMap((kind) => this.playersOf(kind));
    const oneOf = (["worker", "api"] as const).map((kind) => this.playersOf(kind));
    return alone.every(({ isUp }) => isUp) && oneOf.every((players) => players.some(({ isUp }) => isUp));
  }

  /** @throws when a port is taken or somebody does not get ready */
  async start(): Promise<void> {
    await checkPorts(
      this.players.map(({ declaration }) => declaration),
      this.ports.stack.api,
    );
    await this.#startTemporalCluster();
    const later = ["api", "worker", "temporal-postgres"];
    const first = this.players.filter((player) => !later.includes(this.kindOf(player)));
    await Promise.all(first.map((player) => player.start()));
    if (this.parts.fullTemporal !== undefined) await addSearchAttributes(this.parts);
    await this.#prepareDatabase();
    await Promise.all(
      [...this.playersOf("worker"), ...this.playersOf("api")].map((player) => player.start()),
    );
  }

  /** Ends everything, the engine before what it stands on. */
  async stop(): Promise<void> {
    await this.#database?.close();
    const engine = [...this.playersOf("worker"), ...this.playersOf("api")];
    await Promise.all(engine.map((player) => player.stop()));
    await Promise.all(
      this.players.filter((player) => !engine.includes(player)).map((player) => player.stop()),
    );
    if (!("why" in this.disk)) takeDiskAway(this.disk.note);
    this.#data.release();
    this.#lines.close();
    this.#lastLight.stdin?.end();
  }

  kill(): void {
    for (const player of this.players) player.kill();
    this.#lastLight.stdin?.end();
  }

  /** Another process of the run, ended with it however the run ends. */
  adopt(name: string, pid: number): void {
    this.#own.add(name, pid);
  }

  disown(pid: number): void {
    this.#own.remove(pid);
  }

  /** The full server ends at once where its tables are not there. */
  async #startTemporalCluster(): Promise<void> {
    const { fullTemporal } = this.parts;
    if (fullTemporal === undefined) return;
    await Promise.all(this.playersOf("temporal-postgres").map((player) => player.start()));
    await makeTemporalTables(this.parts, fullTemporal.programs);
  }

  async #prepareDatabase(): Promise<void> {
    const environment = engineEnvironment(this.stack);
    const seed = {
      ...environment,
      SANDBOX_CATALOGUE: fileURLToPath(catalogueFile),
      SANDBOX_BILLERS: JSON.stringify(this.stack.secrets.billers),
    };
    const cli = (command: string, surroundings: Readonly<Record<string, string>>) =>
      builtCommand(this.parts, "cli/main.js", { args: [command], environment: surroundings });
    await task("migrate", cli("migrate", environment));
    await task("seed", cli("sandbox-seed", seed));
    if (this.#mutant !== undefined) await plantInDatabase(this.db, this.#mutant);
  }

  #note(event: PlayerEvent): void {
    if (event.event === "started") this.#own.add(event.name, event.pid);
    if (event.event === "exited") this.#own.remove(event.pid);
    this.#lines.write(event);
  }
}

async function task(name: string, command: ProcessCommand): Promise<void> {
  const { code, output } = await runToEnd(command, TASK_WITHIN_SECONDS);
  if (code !== 0) throw new Error(`${name} failed:\n${output.slice(-2_000)}`);
}

function startLastLight(processesFile: string, diskNote: string | undefined): ChildProcess {
  const script = "test/chaos/world/last-light-process.ts";
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, processesFile, ...(diskNote === undefined ? [] : [diskNote])],
    {
      cwd: repositoryFolder,
      stdio: ["pipe", "ignore", "inherit"],
      detached: true,
    },
  );
  // it waits for us, we do not wait for it
  child.unref();
  child.stdin?.on("error", () => undefined);
  return child;
}
