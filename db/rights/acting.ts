import { AsyncLocalStorage } from "node:async_hooks";
import type { PersonName } from "../queries/residents.ts";

const acting = new AsyncLocalStorage<string>();

/** The name of a token as rows and policies write it: `["issuer","subject"]`. */
export function principalOf({ issuer, subject }: PersonName): string {
  return JSON.stringify([issuer, subject]);
}

/** Does a piece of work for a person: what it asks of the database with a person's rights reaches their rows and no others. */
export function actingFor<Result>(person: PersonName, work: () => Result): Result {
  return acting.run(principalOf(person), work);
}

/** For whom the work under way is done; undefined: for nobody. */
export function actingPerson(): string | undefined {
  return acting.getStore();
}
