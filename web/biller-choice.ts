/** What a biller is chosen for, and what the list is narrowed by. */
export interface BillerChoice {
  readonly for: "account" | "mandate" | "template";
  readonly audience: "person" | "organisation";
  readonly category?: string | undefined;
  /** Words to search by; empty: none. */
  readonly q: string;
}

/** Reads the choice from an address; what is not known there is the usual. */
export function readChoice(query: Readonly<Record<string, string>>): BillerChoice {
  const { category } = query;
  return {
    for: query["for"] === "mandate" || query["for"] === "template" ? query["for"] : "account",
    audience: query["audience"] === "organisation" ? "organisation" : "person",
    ...(category === undefined || category === "" ? {} : { category: category.slice(0, 63) }),
    q: (query["q"] ?? "").trim().slice(0, 100),
  };
}

/** The address of a page of the choice. */
export function choicePath(choice: BillerChoice, cursor?: string): string {
  const query = new URLSearchParams({ for: choice.for });
  if (choice.audience !== "person") query.set("audience", choice.audience);
  if (choice.category !== undefined) query.set("category", choice.category);
  if (choice.q !== "") query.set("q", choice.q);
  if (cursor !== undefined) query.set("cursor", cursor);
  return `/billers?${query.toString()}`;
}

const WAYS = { account: "/accounts/new", mandate: "/mandates/new", template: "/templates/new" } as const;

/** Where a chosen biller leads to: its own fields. */
export function chosenPath(choice: Pick<BillerChoice, "for">, billerId: string): string {
  return `${WAYS[choice.for]}?${new URLSearchParams({ biller: billerId }).toString()}`;
}
