import type { CivilDate } from "../calendar.ts";

/**
 * What only PostgreSQL's zone database and the tables of bank holidays know: asked by the day of a run, by an instant of acceptance, or by both: by the run for which a bill is planned at
 * that instant.
 */
export type InstantAsk = {
  readonly mandate: string;
  readonly version: number;
} & ({ readonly day: CivilDate; readonly at: string | null } | { readonly day: null; readonly at: string });

/** The answer, by `run_clock` and `notice_clock`: the very functions that plan. */
export type InstantAnswer = {
  /** When the run is announced, and not before the instant that was asked about; that instant, where no run was. */
  readonly at: string;
  /** The opening of the day of the run; null: none was asked about. */
  readonly runAt: string | null;
  /** Its civil day for the payer. */
  readonly on: CivilDate;
  /** When a notice that is written at `at` is heard: quiet hours of its reader go by before it; and its civil day. */
  readonly toldAt: string;
  readonly toldOn: CivilDate;
  /** The debit of a notice that a channel accepts at `toldAt`. */
  readonly plannedOn: CivilDate;
  readonly notBefore: string;
  /** The debit's own share of the morning behind that, where nothing about its bill is against it (docs/decisions/0164). */
  readonly spreadTo: string;
  readonly notAfter: string;
  /** The last moment at which a run that is planned then is in time. */
  readonly lastSafe: string;
};

export function keyOfAsk({ mandate, version, day, at }: InstantAsk): string {
  return `${mandate}/${version}/${day ?? ""}/${at ?? ""}`;
}

/** The instants that are known so far; what is missing is noted, and the reckoning breaks off there. */
export class Instants {
  readonly #known: ReadonlyMap<string, InstantAnswer>;
  readonly #missing = new Map<string, InstantAsk>();

  constructor(known: ReadonlyMap<string, InstantAnswer>) {
    this.#known = known;
  }

  get missing(): readonly InstantAsk[] {
    return [...this.#missing.values()];
  }

  /** Notes something that will be asked for soon: fewer journeys. */
  foresee(ask: InstantAsk): void {
    const key = keyOfAsk(ask);
    if (!this.#known.has(key)) this.#missing.set(key, ask);
  }

  /** @throws {InstantMissing} where it has still to be asked for. */
  of(ask: InstantAsk): InstantAnswer {
    const known = this.#known.get(keyOfAsk(ask));
    if (known !== undefined) return known;
    this.foresee(ask);
    throw new InstantMissing();
  }
}

/** The reckoning cannot go on before the database has answered. */
export class InstantMissing extends Error {}
