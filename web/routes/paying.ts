import type { Client, ConfirmPayment, Method } from "../../api/client.ts";
import type { SentForm } from "../form-guard.ts";
import { otherCard } from "../parts/method-choice.tsx";

/** The payer's methods that can be charged now. */
export async function usableMethods(client: Client): Promise<readonly Method[]> {
  const { items } = await client.listMethods();
  return items.filter((method) => method.state === "active");
}

/** The amount as the payer saw it, and the chosen method. The API judges both. */
export function paidFields(form: SentForm): ConfirmPayment {
  const chosen = form.text("method");
  return {
    amount: { amountMinor: Number(form.text("amount")), currency: "RUB" },
    methodId: chosen === otherCard || chosen === "" ? null : chosen,
  };
}
