import type { z } from "zod";
import type { Binding } from "../port.ts";
import { errorIn } from "./answers.ts";
import type { Answer } from "../exchange.ts";
import { savedMethod } from "./seen-method.ts";
import { read, setupIntentShape, type WireError } from "./shapes.ts";
import { confirmBy } from "./sighting.ts";

/** What a setup shows of a card that a wallet's token names. */
export function bindingOfSetup(answer: Answer, livemode: boolean, objectId?: string): Binding {
  const setup = read(setupIntentShape, answer.body);
  if (setup === null) return { kind: "unanswered", detail: "the answer cannot be read" };
  if (objectId !== undefined && setup.id !== objectId) return disagrees("id");
  if (setup.livemode !== livemode) return disagrees("livemode");
  switch (setup.status) {
    case "succeeded":
      return succeeded(setup);
    case "requires_action":
      return waiting(setup, answer);
    case "processing":
      return { kind: "unanswered", detail: "the bank has not decided yet" };
    case "canceled":
      return { kind: "failed", objectId: setup.id, reason: "canceled" };
    case "requires_payment_method":
    case "requires_confirmation":
      return { kind: "failed", objectId: setup.id, reason: reasonOf(setup.last_setup_error) };
  }
}

type WireSetup = z.infer<typeof setupIntentShape>;

function succeeded({ id, payment_method: method }: WireSetup): Binding {
  const saved = typeof method === "object" && method !== null ? savedMethod(method) : null;
  return saved === null ? disagrees("payment_method") : { kind: "active", objectId: id, method: saved };
}

function waiting({ id, next_action: action }: WireSetup, { date }: Answer): Binding {
  const confirmationUrl = action?.redirect_to_url?.url;
  if (typeof confirmationUrl !== "string") return { kind: "unanswered", detail: "waiting without a link" };
  return { kind: "waiting", objectId: id, confirmationUrl, confirmBy: confirmBy(date) };
}

/** A refusal that shows its setup: the bank said no to the card; `null` for any other refusal. */
export function failedSetup(answer: Answer): Binding | null {
  const error = errorIn(answer);
  const setup = setupIntentShape.safeParse(error?.setup_intent);
  if (answer.status !== 402 || !setup.success) return null;
  return { kind: "failed", objectId: setup.data.id, reason: reasonOf(error) };
}

function reasonOf(error: WireError | null | undefined): string {
  return error?.decline_code ?? error?.code ?? "";
}

function disagrees(about: string): Binding {
  return { kind: "unanswered", detail: `the answer disagrees about ${about}` };
}
