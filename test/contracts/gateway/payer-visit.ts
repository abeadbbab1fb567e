import { openPage, type Page, submitForm } from "../../sandbox/bank/page-visitor.ts";

/** A form, the payer's answer on it, and what follows: never longer than this. */
const MOST_PAGES = 4;

/**
 * The payer on the pages of our sandbox bank: types the card where one is asked for, answers the bank's question, and is sent back. Throws where a
 * page leads nowhere, and where there is nothing left to answer.
 */
export async function visit(
  confirmationUrl: string,
  answer: "confirm" | "refuse",
  card: Readonly<Record<string, string>>,
): Promise<void> {
  let page: Page = await openPage(confirmationUrl);
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const asksForCard = page.html.includes('name="number"');
    const code = /class="code">(\d+)</.exec(page.html)?.[1] ?? "";
    const landing = await submitForm(page, asksForCard ? card : { action: answer, code });
    if ("away" in landing) return;
    // A page that offers another card after the refusal: this payer leaves it.
    if (!asksForCard && answer === "refuse") return;
    page = landing;
  }
  throw new Error("the bank did not send the payer back");
}
