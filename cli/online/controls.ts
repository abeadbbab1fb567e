import type { Health, Hold, Holds, PlacedHold, Release, Released } from "../../api/client.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";
import { apiOptions, apiUsage, connect, written } from "./api.ts";
import { age, money, table } from "./text.ts";

export const health: Command = {
  what: "how the engine's work stands, and why a person should look",
  usage: `kvitok health ${apiUsage}`,
  words: [0, 0],
  options: apiOptions,
  run: async (given) => written(given, await (await connect(given)).health(), healthInWords),
};

export const holds: Command = {
  what: "holds that stand, and lifted ones that still admit at their rate",
  usage: `kvitok holds ${apiUsage}`,
  words: [0, 0],
  options: apiOptions,
  run: async (given) => written(given, await (await connect(given)).listHolds(), holdsInWords),
};

export const hold: Command = {
  what: "stop every new charge, or those of a gateway, a biller or a category; tells what was under way",
  usage: `kvitok hold all|gateway|biller|category [ID] --reason TEXT ${apiUsage}`,
  words: [1, 2],
  options: { ...apiOptions, reason: { type: "string" } },
  run: async (given) => {
    const reason = textOption(given, "reason");
    if (reason === undefined) throw new UsageError(hold.usage);
    const client = await connect(given);
    const placed = await client.placeHold({ ...scopeOf(given, hold.usage), reason });
    return written(given, placed, placedInWords);
  },
};

export const release: Command = {
  what: "lift a hold, or change the rate of an earlier release: so many payments a minute go out",
  usage: `kvitok release all|gateway|biller|category [ID] [--rate N|unlimited] ${apiUsage}`,
  words: [1, 2],
  options: { ...apiOptions, rate: { type: "string" } },
  run: async (given) => {
    const rate = rateOf(given);
    const scope = scopeOf(given, release.usage);
    const client = await connect(given);
    const released = await client.releaseHold({ ...scope, ...(rate === undefined ? {} : { rate }) });
    return written(given, released, releasedInWords);
  },
};

function rateOf(given: Given): number | "unlimited" | undefined {
  const text = textOption(given, "rate");
  if (text === undefined || text === "unlimited") return text;
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new UsageError(`--rate is a number of payments a minute, or unlimited\n${release.usage}`);
  }
  return Number(text);
}

function scopeOf(
  { words: [scope, scopeId] }: Given,
  usage: string,
): Pick<Hold, "scope"> & { scopeId?: string } {
  if (scope === "all" && scopeId === undefined) return { scope };
  if ((scope === "gateway" || scope === "biller" || scope === "category") && scopeId !== undefined) {
    return { scope, scopeId };
  }
  throw new UsageError(usage);
}

function holdTable(items: readonly Hold[]): string {
  if (items.length === 0) return "none";
  return table([
    ["SCOPE", "ID", "SINCE", "BY", "REASON"],
    ...items.map((one) => [one.scope, one.scopeId ?? "-", one.placedAt, one.placedBy, one.reason]),
  ]);
}

function holdsInWords({ items, releases }: Holds): string {
  const stand = holdTable(items);
  return releases.length === 0 ? stand : `${stand}\n\nreleased, at a rate:\n${releaseTable(releases)}`;
}

function releaseTable(items: readonly Release[]): string {
  return table([
    ["SCOPE", "ID", "A MINUTE", "SINCE", "BY", "SENT", "WAITING", "LAST TURN"],
    ...items.map((one) => [
      one.scope,
      one.scopeId ?? "-",
      String(one.perMinute),
      one.releasedAt,
      one.releasedBy,
      String(one.admitted),
      String(one.waiting),
      one.lastTurnAt,
    ]),
  ]);
}

function placedInWords(placed: PlacedHold): string {
  const { inFlight, inFlightTotal } = placed;
  const more = inFlightTotal - inFlight.length;
  return [
    holdTable([placed]),
    "",
    inFlightTotal === 0
      ? "Nothing was under way: nothing more will be charged."
      : `Under way since before, followed to the end; nothing else will be sent (${inFlightTotal}):`,
    ...(inFlightTotal === 0 ? [] : [inFlightTable(inFlight)]),
    ...(more > 0 ? [`and ${more} more: kvitok charges --undecided`] : []),
  ].join("\n");
}

function inFlightTable(items: PlacedHold["inFlight"]): string {
  return table([
    ["CHARGE", "STATE", "AMOUNT", "PAYEE", "METHOD", "SENT", "NEXT"],
    ...items.map((one) => [
      one.charge,
      one.state,
      money(one.amount),
      one.payee,
      one.method ?? "-",
      one.sentAt,
      one.next ?? "-",
    ]),
  ]);
}

function releasedInWords({ hold: lifted, rate, scope, scopeId }: Released): string {
  const pace = rate === "unlimited" ? "everybody goes out at once" : `${rate} payments a minute go out`;
  if (lifted === null) return `${scope} ${scopeId ?? ""}`.trimEnd().concat(`: ${pace}`);
  return `lifted, ${pace}:\n${holdTable([lifted])}`;
}

function healthInWords(seen: Health): string {
  const unknown = seen.oldestUnknownSeconds;
  return [
    `${seen.status}${seen.reasons.length === 0 ? "" : `: ${seen.reasons.join(", ")}`}`,
    `oldest unknown charge: ${unknown === null ? "none" : age(unknown)}`,
    ...seen.undecided.map(({ gateway, state, count, oldestSeconds }) => {
      return `${gateway} ${state}: ${count}, oldest ${age(oldestSeconds)}`;
    }),
    `open cases: ${seen.openCases.count}; alarms undelivered: ${seen.alarmsUndelivered}`,
    ...seen.circuits.map(({ gateway, state }) => `circuit of ${gateway}: ${state}`),
  ].join("\n");
}
