import type { Gateway } from "./port.ts";

/** What a process has seen of a gateway since it last told. */
export type GatewayCount = { readonly failed: number; readonly answered: number };

/** Where counts go: the rows decide over all workers whether the circuit opens. Must not throw into the exchange. */
export type TellCount = (count: GatewayCount) => Promise<void>;

/** Answers are told together, this seldom; a failure is told at once, with them. */
const TELL_ANSWERS_EVERY_MS = 10_000;

/** Ends that say nothing about the gateway: we were too late ourselves. */
const OUR_OWN_END = "too-late-to-send";

/**
 * Wraps a gateway so that its circuit learns of every exchange that could start something new: charges, bindings, prepared payments. Nothing is
 * changed, delayed or held back here: whether a new charge may go out is the gate's question (`gate_check_circuit`), and look-ups are never stopped.
 */
export function guarded(
  gateway: Gateway,
  tell: TellCount,
  now: () => number = performance.now.bind(performance),
): Gateway {
  const count = counterOver(tell, now);
  const { preparation } = gateway;
  return {
    ...gateway,
    sendCharge: async (request) => {
      const ended = await gateway.sendCharge(request);
      if (ended.kind === "never-sent" && ended.detail === OUR_OWN_END) return ended;
      const failed =
        ended.kind === "unanswered" ||
        ended.kind === "never-sent" ||
        (ended.kind === "refused" && ended.class === "technical");
      count(failed);
      return ended;
    },
    startBinding: async (request) => {
      const ended = await gateway.startBinding(request);
      count(ended.kind === "unanswered");
      return ended;
    },
    ...(preparation === undefined
      ? {}
      : {
          preparation: {
            ...preparation,
            prepare: async (request) => {
              const ended = await preparation.prepare(request);
              count(ended.kind === "unanswered");
              return ended;
            },
          },
        }),
  };
}

function counterOver(tell: TellCount, now: () => number): (failed: boolean) => void {
  let waiting = { failed: 0, answered: 0 };
  let toldAt = -TELL_ANSWERS_EVERY_MS;
  return (failed) => {
    waiting = failed
      ? { ...waiting, failed: waiting.failed + 1 }
      : { ...waiting, answered: waiting.answered + 1 };
    if (!failed && now() - toldAt < TELL_ANSWERS_EVERY_MS) return;
    toldAt = now();
    const told = waiting;
    waiting = { failed: 0, answered: 0 };
    // What a gateway answered is never lost to a count: `tell` reports its own failures.
    void tell(told);
  };
}
