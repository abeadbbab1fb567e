import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { ApiProblem, type Client } from "../../../api/client.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import type { Chance } from "../chance.ts";
import type { WorldPayer } from "../world/payers.ts";

/** A message comes so long after the one before it at most. */
const WITHIN_MS = 150;

/** What was told to a mandate. */
export type Told = { rings: number; edits: number; pauses: number; resumes: number };

/** Narrower with every edit, and always far above what is paid. */
const FIRST_LIMIT_MINOR = 100_000_000;

/** Whoever speaks to one mandate: its owner, who edits, pauses and resumes, and whatever only rings. */
export class Callers {
  readonly told: Told = { rings: 0, edits: 0, pauses: 0, resumes: 0 };
  readonly #world: WholeWorld;
  readonly #payer: WorldPayer;
  readonly #api: Client;
  readonly #chance: Chance;

  constructor(
    world: WholeWorld,
    of: { readonly payer: WorldPayer; readonly api: Client; readonly chance: Chance },
  ) {
    this.#world = world;
    this.#payer = of.payer;
    this.#api = of.api;
    this.#chance = of.chance;
  }

  /** Says so many things, one soon after the other; in the end the mandate is not paused by its owner. */
  async say(messages: number): Promise<void> {
    for (let said = 0; said < messages; said += 1) {
      await pause(this.#chance.below(WITHIN_MS));
      // a pause ends what is planned: where it came every week nothing would ever be debited
      if (this.#chance.percent(2)) await this.#pauseForAMoment();
      else if (this.#chance.percent(20)) await this.#edit();
      else await this.#ring();
    }
  }

  async #ring(): Promise<void> {
    await sql`select tell_workflow('wake-mandate', ${this.#payer.mandateId})`.execute(this.#world.db);
    this.told.rings += 1;
  }

  async #edit(): Promise<void> {
    const amountMinor = FIRST_LIMIT_MINOR - this.told.edits * 100;
    await this.#api.editMandate(this.#payer.mandateId, { limitPerPayment: { amountMinor, currency: "RUB" } });
    this.told.edits += 1;
  }

  async #pauseForAMoment(): Promise<void> {
    await this.#api.pauseMandate(this.#payer.mandateId);
    this.told.pauses += 1;
    await pause(this.#chance.below(WITHIN_MS));
    await this.#resume();
  }

  async #resume(): Promise<void> {
    try {
      await this.#api.resumeMandate(this.#payer.mandateId);
    } catch (error) {
      // a resume that was lost with its answer has happened already
      if (!(error instanceof ApiProblem) || error.status !== 409) throw error;
    }
    this.told.resumes += 1;
  }
}
