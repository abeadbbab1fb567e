import type { ProcessCommand } from "./process-command.ts";

/** One line of the list of processes: what to run, after whom, and how to see that it is ready. */
export interface ProcessDeclaration {
  /** Unique; also the name of its log. */
  readonly name: string;
  /** `service` runs for ever and is restarted when it dies; `task` must end with exit code 0. */
  readonly kind: "service" | "task";
  /** Names of those that must be ready before it starts; it is stopped before them. */
  readonly needs: readonly string[];
  /** Gives the command anew for every start; may prepare files first. */
  readonly command: () => ProcessCommand | Promise<ProcessCommand>;
  /**
   * Asked again and again after the start until it answers true; a rejection ends the launch. A service without
   * one is ready at once; for a task the exit code is the answer.
   */
  readonly isReady?: () => Promise<boolean>;
  /** How long the first start may take, in seconds; 180 when not said: on a busy machine nothing but a hang takes so long. */
  readonly readyWithinSeconds?: number;
  /** Asks it to end; SIGTERM when not said. */
  readonly stopSignal?: NodeJS.Signals;
  /** After this it is killed; 8 seconds when not said. */
  readonly stopWithinSeconds?: number;
  /** Ports it will open on 127.0.0.1. */
  readonly ports?: readonly number[];
}

/**
 * Checks that the list can be started at all.
 *
 * @throws Error when two have one name, somebody needs a stranger, or they need each other in a circle
 */
export function checkDeclarations(declarations: readonly ProcessDeclaration[]): void {
  const names = new Set(declarations.map((declaration) => declaration.name));
  if (names.size !== declarations.length) throw new Error("Two processes have one name.");
  const settled = new Set<string>();
  while (settled.size < names.size) {
    const next = declarations.filter(
      ({ name, needs }) => !settled.has(name) && needs.every((need) => settled.has(need)),
    );
    if (next.length === 0) {
      const rest = declarations.filter(({ name }) => !settled.has(name)).map(({ name }) => name);
      throw new Error(`These processes need a stranger or each other: ${rest.join(", ")}.`);
    }
    for (const { name } of next) settled.add(name);
  }
}
