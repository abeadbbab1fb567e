import { isNoAnswer } from "./answers.ts";
import type { ProcessCommand } from "./process-command.ts";

/** A Temporal development server: where it listens and where it keeps its histories. */
export interface TemporalServer {
  readonly binary: string;
  readonly port: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly namespace: string;
  /** File of its SQLite database; in memory when not said. */
  readonly file?: string;
  /** Its web page; none when not said. */
  readonly ui?: { readonly port: number; readonly codecUrl: string };
}

/** How long closed workflows stay readable on a development machine. */
const retentionSeconds = 7 * 24 * 3600;
const answerWithinMs = 2000;

/** The command that serves in the foreground. */
export function temporalCommand(server: TemporalServer): ProcessCommand {
  const flags: Record<string, string> = {
    "--ip": "127.0.0.1",
    "--port": String(server.port),
    "--http-port": String(server.httpPort),
    "--metrics-port": String(server.metricsPort),
    "--namespace": server.namespace,
    "--log-level": "error",
  };
  const args = ["server", "start-dev", ...Object.entries(flags).flat()];
  if (server.file) {
    args.push("--db-filename", server.file);
    // In write-ahead mode a crash of the server loses nothing that was committed.
    args.push("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL");
  }
  if (server.ui) {
    args.push("--ui-ip", "127.0.0.1", "--ui-port", String(server.ui.port));
    args.push("--ui-codec-endpoint", server.ui.codecUrl);
  } else {
    args.push("--headless");
  }
  return { file: server.binary, args };
}

/**
 * Answers true once the server serves its namespace with our retention. The CLI creates namespaces with one day
 * and has no flag for it.
 */
export async function temporalServes({
  httpPort,
  namespace,
}: Pick<TemporalServer, "httpPort" | "namespace">): Promise<boolean> {
  const url = `http://127.0.0.1:${httpPort}/api/v1/namespaces/${namespace}`;
  try {
    const found = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    if (!found.ok) return false;
    const updated = await fetch(`${url}/update`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ config: { workflowExecutionRetentionTtl: `${retentionSeconds}s` } }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    return updated.ok;
  } catch (error) {
    if (isNoAnswer(error)) return false;
    throw error;
  }
}
