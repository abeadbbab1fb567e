import { ApiError } from "./api-error.ts";
import type { FaultOf } from "./fault-order.ts";

/** An answer of the API before it becomes bytes. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer of a fault that keeps the operation from being executed. */
export function unexecuted(fault: FaultOf<"transport"> | undefined): Answer | undefined {
  switch (fault?.kind) {
    case "drop-before":
      return { status: 0, body: undefined };
    case "error-500":
      return errorAnswer(500, "internal_server_error", "Internal server error");
    case "429":
      return errorAnswer(429, "too_many_requests", "Too many requests");
    case "status":
      return errorAnswer(fault.status, fault.code, "Refused by an armed fault", fault.parameter);
    default:
      return undefined;
  }
}

function errorAnswer(status: number, code: string, description: string, parameter?: string): Answer {
  return {
    status,
    body: new ApiError(status, code, description, parameter === undefined ? {} : { parameter }).toWire(),
  };
}

/** What leaves the bank in place of the true answer. */
export function disturbed(answer: Answer, fault: FaultOf<"transport"> | undefined): Answer | "dropped" {
  switch (fault?.kind) {
    case "drop-before":
    case "commit-then-drop":
      return "dropped";
    case "commit-then-500":
      return errorAnswer(500, "internal_server_error", "Internal server error");
    case "202":
      return {
        status: 202,
        body: {
          type: "processing",
          description: "Request accepted, but not processed yet",
          retry_after: fault.retryAfterMs,
        },
      };
    case "bad-json": {
      const text = JSON.stringify(answer.body);
      return { ...answer, body: text.slice(0, Math.floor(text.length / 2)) };
    }
    default:
      return answer;
  }
}
