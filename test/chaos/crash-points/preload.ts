// Loaded before a process of the engine, in a world of chaos only: `--import …/preload.js` with CHAOS_CRASH_POINTS set. Without the variable it does nothing.
import { subscribe } from "node:diagnostics_channel";
import { Client } from "pg";
import { ArmedPoint } from "./arming.ts";
import { CRASH_POINTS } from "./points.ts";

const file = process.env["CHAOS_CRASH_POINTS"];
if (file !== undefined && file !== "") arm(new ArmedPoint(file));

type Query = (this: Client, ...args: unknown[]) => unknown;

function arm(armed: ArmedPoint): void {
  watchRequests(armed);
  watchStatements(armed);
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** What undici says of each request, the engine's own client and `fetch` alike. */
function watchRequests(armed: ArmedPoint): void {
  const on = (channel: string, at: "unsent" | "sent" | "answered", late: boolean): void => {
    subscribe(channel, (message) => {
      const { request } = message as { readonly request: { readonly method: string; readonly path: string } };
      const path = request.path.split("?", 1)[0] ?? "";
      for (const point of CRASH_POINTS) {
        if (point.at !== at || point.method !== request.method || !point.path.test(path)) continue;
        if (!armed.strikes(point.name)) continue;
        // what was handed to the socket a moment ago is on its way a turn later
        if (late) setImmediate(die);
        else die();
      }
    });
  };
  on("undici:client:sendHeaders", "unsent", false);
  on("undici:request:bodySent", "sent", true);
  on("undici:request:headers", "answered", false);
}

/** Every statement of every connection: a point behind one that stands in a transaction lies behind the commit. */
function watchStatements(armed: ArmedPoint): void {
  const inTransaction = new WeakMap<Client, string[]>();
  const prototype = Client.prototype as unknown as { query: Query };
  const query = prototype.query;
  prototype.query = function (this: Client, ...args: unknown[]): unknown {
    const text = textOf(args[0]);
    const waiting = inTransaction.get(this);
    const behind = struckBy(armed, text, waiting);
    if (/^begin\b/i.test(text)) inTransaction.set(this, []);
    if (/^(?:commit|rollback)\b/i.test(text)) inTransaction.delete(this);
    return behind ? answeredThen(query.call(this, ...args)) : query.call(this, ...args);
  };
}

function struckBy(armed: ArmedPoint, text: string, waiting: string[] | undefined): boolean {
  if (/^commit\b/i.test(text)) return (waiting ?? []).some((name) => armed.strikes(name));
  for (const point of CRASH_POINTS) {
    if ((point.at !== "before" && point.at !== "behind") || !point.statement.test(text)) continue;
    if (point.at === "before") {
      if (armed.strikes(point.name)) die();
    } else if (waiting) waiting.push(point.name);
    else if (armed.strikes(point.name)) return true;
  }
  return false;
}

/** Dies when the answer is there, before anybody hears of it. */
function answeredThen(result: unknown): unknown {
  if (!(result instanceof Promise)) return result;
  return result.then((answer: unknown) => {
    die();
    return answer;
  });
}

function textOf(first: unknown): string {
  if (typeof first === "string") return first;
  const text = (first as { readonly text?: unknown } | null)?.text;
  return typeof text === "string" ? text : "";
}
