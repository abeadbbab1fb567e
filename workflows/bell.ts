import { condition, defineSignal, setHandler } from "@temporalio/workflow";
import { wakeSignal } from "./messages.ts";

/** A bell that others ring: "read your rows again". Rings while we are busy are kept. */
export type Bell = {
  /** Waits so many real milliseconds, or for ever; true when somebody rang. */
  readonly wait: (milliseconds: number | null, summary: string) => Promise<boolean>;
  readonly ring: () => void;
  /** Has somebody rung since the last look? Asking takes the ring away. */
  readonly taken: () => boolean;
};

/** Installs the `wake` signal and returns its bell. */
export function installBell(): Bell {
  let rung = false;
  const ring = () => {
    rung = true;
  };
  const taken = () => {
    const was = rung;
    rung = false;
    return was;
  };
  setHandler(defineSignal(wakeSignal), ring, { description: "Read the rows again now" });
  return {
    ring,
    taken,
    async wait(milliseconds, summary) {
      if (!rung) {
        if (milliseconds === null) await condition(() => rung);
        else await condition(() => rung, milliseconds, { summary });
      }
      return taken();
    },
  };
}
