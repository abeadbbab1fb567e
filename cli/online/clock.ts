import type { ClockStand } from "../../api/client.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";
import { apiOptions, apiUsage, connect, written } from "./api.ts";
import { walkClock } from "./clock-walk.ts";

const MS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;
const FARTHEST_MS = 366 * MS.d;
const PATIENCE_SECONDS = 60;

export const clock: Command = {
  what: "show the sandbox city's clock, or let it jump from one thing that is to happen to the next (never in live mode)",
  usage: `kvitok clock show|advance [40d|12h|90m] [--to 2027-03-01T09:00+03:00] [--patience SECONDS] ${apiUsage}`,
  words: [1, 2],
  options: { ...apiOptions, to: { type: "string" }, patience: { type: "string" } },
  run: async (given) => {
    const [verb, span] = given.words;
    if (verb === "show" && span === undefined) {
      return written(given, await (await connect(given)).clockStand(), standInWords);
    }
    if (verb !== "advance") throw new UsageError(clock.usage);
    return advance(given, span);
  },
};

async function advance(given: Given, span: string | undefined): Promise<string> {
  const to = textOption(given, "to");
  if ((span === undefined) === (to === undefined)) {
    throw new UsageError(`how far: a span, or --to an instant\n${clock.usage}`);
  }
  const far = span === undefined ? null : spanOf(span);
  const patienceMs = patienceOf(given) * 1000;
  const client = await connect(given);
  const { businessNow: from } = await client.clockStand();
  const until = far === null ? instantOf(to ?? "", from) : new Date(Date.parse(from) + far).toISOString();
  const end = await walkClock((body) => client.stepClock(body), {
    from,
    until,
    patienceMs,
    onDay: (day, news) => process.stderr.write(`${day}  ${newsInWords(news)}\n`),
  });
  return written(given, end, ({ businessNow }) => `It is ${businessNow} in the city; nothing is due.`);
}

function spanOf(text: string): number {
  const [, count, unit] = /^(\d{1,7})([dhm])$/.exec(text) ?? [];
  const milliseconds = Number(count) * MS[(unit ?? "d") as keyof typeof MS];
  if (unit === undefined || milliseconds === 0 || milliseconds > FARTHEST_MS) {
    throw new UsageError(`${text} is no span: 40d, 12h or 90m, at most 366 days\n${clock.usage}`);
  }
  return milliseconds;
}

function instantOf(text: string, from: string): string {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--to wants an instant with its zone: 2027-03-01T09:00+03:00`);
  const far = at - Date.parse(from);
  if (far < 0) throw new UsageError(`it is ${from} in the city already: its clock never goes back`);
  if (far > FARTHEST_MS) throw new UsageError("at most 366 days at once");
  return new Date(at).toISOString();
}

function patienceOf(given: Given): number {
  const text = textOption(given, "patience") ?? String(PATIENCE_SECONDS);
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--patience is a number of seconds\n${clock.usage}`);
  return Number(text);
}

function newsInWords(news: Parameters<Parameters<typeof walkClock>[1]["onDay"]>[1]): string {
  const named = Object.entries(news).filter(([, count]) => count > 0);
  return named.map(([name, count]) => `${name} ${count}`).join(", ");
}

function standInWords({ businessNow, scale, next, waitingFor }: ClockStand): string {
  return [
    `It is ${businessNow} in the city${scale === 1 ? "" : `, at ${scale} times the pace`}.`,
    next === null ? "Nothing waits for a date." : `Next: ${next.kind} ${next.id} at ${next.at}`,
    ...waitingFor.map(({ kind, id, at }) => `Still to be done: ${kind} ${id}, since ${at}`),
  ].join("\n");
}
