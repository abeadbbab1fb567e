import { defineSearchAttributeKey } from "@temporalio/common";
import { setCurrentDetails, upsertSearchAttributes } from "@temporalio/workflow";
import type { PaymentOrders } from "../activities/looking.ts";
import type { NextStep } from "../domain/next-step.ts";
import { searchAttributes } from "./messages.ts";

const attentionKey = defineSearchAttributeKey(searchAttributes.attention, "KEYWORD");

type Card = PaymentOrders["card"];

/** What stands on a payment's timer in Temporal UI. */
export function waitSummary(why: Extract<NextStep, { do: "wait" }>["why"]): string {
  switch (why) {
    case "notice":
      return "notice window";
    case "payer":
      return "waiting for the payer";
    case "bank":
      return "waiting for the bank";
    case "source":
      return "waiting for the source of the bill";
    case "retry":
      return "next try";
  }
}

/**
 * The card of a payment in Temporal UI, and the search attribute for payments that want a person. The attribute is
 * written only when it changes, so never on the happy path: every write rewrites a visibility row.
 */
export function installCard(paymentId: string) {
  let attention: string | null = null;
  setCurrentDetails(`### ${paymentId}\n\nannounced; the notice window runs`);
  return {
    show(card: Card) {
      setCurrentDetails(cardText(paymentId, card));
      const wanted = attentionOf(card);
      if (wanted === attention) return;
      attention = wanted;
      upsertSearchAttributes([{ key: attentionKey, value: wanted }]);
    },
  };
}

function attentionOf(card: Card): string | null {
  if (card.state === "needs-payer") return "needs-payer";
  if (card.chargeState === "unknown" || card.chargeState === "held") return card.chargeState;
  if (card.state === "returning") return "returning";
  return null;
}

function cardText(paymentId: string, card: Card): string {
  const lines = [
    `### ${paymentId}`,
    `**${card.state}**${card.need === null ? "" : ` · ${card.need}`}${card.reason === null ? "" : ` · ${card.reason}`}`,
    `amount ${card.amountMinor} minor ${card.currency} · planned on ${card.plannedOn}`,
  ];
  if (card.charge !== null && card.chargeState !== null)
    lines.push(`charge \`${card.charge}\`: ${card.chargeState}`);
  return lines.join("\n\n");
}
