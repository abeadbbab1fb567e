import {
  createGatewayActivities,
  createLocalActivities,
  createWebhookActivities,
} from "../../activities/index.ts";
import { tables } from "../../domain/tables.ts";
import * as messages from "../../workflows/messages.ts";
import type { Generator } from "./generator.ts";

type Names = readonly string[];

/**
 * Every name that leaves the process and comes back later: in Temporal's histories, in rows, in search attributes.
 * A running workflow outlives the code that started it, so a change of this file in a review is a change of a contract.
 */
export const generator: Generator = {
  name: "wire-names",
  output: "docs/generated/wire-names.json",
  generate: async () => {
    const names = {
      messages: Object.fromEntries(Object.entries(messages).map(([name, value]) => [name, shown(value)])),
      activities: activityNames(),
      storedStates: Object.fromEntries(tables.map(({ name, moves }) => [name, Object.keys(moves)])),
      storedEvents: Object.fromEntries(tables.map(({ name, moves }) => [name, eventsOf(moves)])),
    };
    return `${JSON.stringify(names, undefined, 2)}\n`;
  },
};

/** Makers of ids and queue names are shown by what they make of an example. */
function shown(value: unknown): unknown {
  return typeof value === "function" ? (value as (example: string) => string)("EXAMPLE") : value;
}

function eventsOf(moves: Readonly<Record<string, object>>): Names {
  return [...new Set(Object.values(moves).flatMap((row) => Object.keys(row)))].sort();
}

/** The factories are only asked for the names they make; nothing that they would need is touched. */
function activityNames(): Readonly<Record<string, Names>> {
  const nothing = {} as never;
  return {
    gateway: Object.keys(createGatewayActivities(nothing)).sort(),
    webhook: Object.keys(createWebhookActivities(nothing)).sort(),
    local: Object.keys(createLocalActivities(nothing)).sort(),
  };
}
