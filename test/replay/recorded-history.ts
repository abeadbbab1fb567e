import { readFileSync } from "node:fs";
import proto from "@temporalio/proto";

const { History } = proto.temporal.api.history.v1;

/** A history as it lies on the disk, in the JSON of Temporal's own tools, and as the SDK replays it. */
export type RecordedHistory = {
  readonly text: string;
  readonly workflowId: string;
  readonly eventTypes: readonly string[];
  readonly history: proto.temporal.api.history.v1.IHistory;
};

type JsonEvent = {
  readonly eventType: string;
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string };
};

/**
 * Reads a recorded history. The SDK's own reader is not used: it compares classes of protobufjs and fails where npm has installed that package
 * more than once, as it has to here.
 */
export function readRecordedHistory(path: string): RecordedHistory {
  const text = readFileSync(path, "utf8");
  const json = JSON.parse(text) as { readonly events: readonly JsonEvent[] };
  return {
    text,
    workflowId: json.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? "",
    eventTypes: json.events.map(({ eventType }) => eventType),
    history: History.fromObject(withTimes(json) as object),
  };
}

/** The JSON of protocol buffers writes instants and durations as text; everything else is read as it stands. */
function withTimes(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withTimes(item));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withTimes(part, key)]));
  }
  if (typeof value !== "string" || !/(?:Time|Timeout|Backoff|Interval)$/.test(name)) return value;
  const duration = /^(\d+)(?:\.(\d+))?s$/.exec(value);
  if (duration) return { seconds: duration[1], nanos: nanosOf(duration[2]) };
  const instant = /^(.+T[\d:]+)(?:\.(\d+))?Z$/.exec(value);
  if (!instant) throw new Error(`${name} is neither an instant nor a duration: ${value}`);
  return { seconds: String(Date.parse(`${instant[1]}Z`) / 1_000), nanos: nanosOf(instant[2]) };
}

function nanosOf(fraction = ""): number {
  return Number(fraction.padEnd(9, "0").slice(0, 9));
}
