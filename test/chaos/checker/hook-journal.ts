import { createHmac, timingSafeEqual } from "node:crypto";
import { linesOf } from "./run-record.ts";

/** One request that came to an integrator's address. */
export type HookReceipt = {
  /** The last part of the address. */
  readonly name: string;
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signature: string | null;
  readonly body: string;
  /** From now on the event counts there. */
  readonly taken: boolean;
  /** What was answered; null: nothing. */
  readonly status: number | null;
  /** The machine's time. */
  readonly realMs: number;
};

/** What integrators got, oldest first, and what they check signatures with. */
export type Hooks = {
  readonly receipts: readonly HookReceipt[];
  readonly secrets: ReadonlyMap<string, readonly string[]>;
};

type Entry =
  | {
      readonly kind: "delivery";
      readonly delivery: Omit<HookReceipt, "realMs"> & { readonly at: string };
    }
  | { readonly kind: "secrets"; readonly name: string; readonly secrets: readonly string[] };

/** Reads the journal of the integrators' receiver; what it thinks of a signature is not believed. */
export function readHooks(paths: readonly string[]): Hooks {
  const receipts: HookReceipt[] = [];
  const secrets = new Map<string, readonly string[]>();
  for (const path of paths) {
    for (const entry of linesOf<Entry>(path)) {
      if (entry.kind === "secrets") secrets.set(entry.name, entry.secrets);
      else {
        const { name, id, timestamp, signature, body, taken, status, at } = entry.delivery;
        receipts.push({ name, id, timestamp, signature, body, taken, status, realMs: Date.parse(at) });
      }
    }
  }
  return { receipts, secrets };
}

/** An event as its body tells it; undefined where the body is none. */
export type ToldEvent = {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export function eventIn(body: string): ToldEvent | undefined {
  try {
    const event = JSON.parse(body) as Partial<ToldEvent> | null;
    const { type, timestamp, data } = event ?? {};
    return typeof type === "string" && typeof timestamp === "string" && typeof data === "object"
      ? { type, timestamp, data }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Standard Webhooks 1.0.0: receivers refuse what is further away from their own clock. */
const TOLERANCE_SECONDS = 300;

/** What is wrong with a signature, reckoned anew from the specification; undefined: nothing. */
export function complaintOfSignature(receipt: HookReceipt, secrets: readonly string[]): string | undefined {
  const { id, timestamp, signature, body, realMs } = receipt;
  if (id === null || timestamp === null || signature === null) return "it has no signature";
  const off = Math.abs(Number(timestamp) - realMs / 1_000);
  if (!(off <= TOLERANCE_SECONDS)) return `its timestamp ${timestamp} is ${Math.round(off)} s off`;
  const given = signature.split(" ").flatMap((one) => (one.startsWith("v1,") ? [one.slice(3)] : []));
  const isSigned = secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const right = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
    return given.some((one) => {
      const bytes = Buffer.from(one, "base64");
      return bytes.length === right.length && timingSafeEqual(bytes, right);
    });
  });
  return isSigned ? undefined : "its signature is not of the endpoint's secret";
}
