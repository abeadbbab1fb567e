import { Client, Connection } from "@temporalio/client";
import type { DataConverter } from "@temporalio/common";
import type { PayerReturns } from "../api/dependencies.ts";
import { type PaymentView, payerReturnedUpdate, paymentWorkflowId } from "../workflows/messages.ts";
import type { Log } from "./log.ts";

const HEALTH_DEADLINE_MS = 1_000;

/** The API's only word to Temporal. The connection is made at the first use and again after every loss; nothing waits for it at the start. */
export function connectPayerReturns(settings: {
  readonly address: string;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  readonly log: Log;
}): PayerReturns & { readonly client: Client; readonly close: () => Promise<void> } {
  const { address, namespace, dataConverter, log } = settings;
  const connection = Connection.lazy({ address });
  const client = new Client({ connection, namespace, dataConverter });
  return {
    client,
    async payerReturned(paymentId, deadlineMs) {
      const handle = client.workflow.getHandle(paymentWorkflowId(paymentId));
      try {
        return await client.withAbortSignal(AbortSignal.timeout(deadlineMs), () =>
          handle.executeUpdate<PaymentView, []>(payerReturnedUpdate),
        );
      } catch (error) {
        // Too late, no such workflow, no worker, no Temporal: the payment goes on by its own looks, the rows will say.
        log.info({ paymentId, error }, "the payer's return could not be told");
        return "unavailable";
      }
    },
    async isConnected() {
      try {
        const deadline = Date.now() + HEALTH_DEADLINE_MS;
        await connection.withDeadline(deadline, () => connection.workflowService.getSystemInfo({}));
        return true;
      } catch (error) {
        log.debug({ error }, "Temporal does not answer");
        return false;
      }
    },
    close: () => connection.close(),
  };
}
