import type { Client } from "../../api/client.ts";

/** What everybody does first: reads the terms and accepts them. Answers the resident's id. */
export async function firstVisit(client: Client): Promise<string> {
  const { version, locale } = await client.getTerms();
  await client.acceptTerms({ version, locale });
  const { id } = await client.me();
  if (id === null) throw new Error("the terms were accepted by nobody");
  return id;
}
