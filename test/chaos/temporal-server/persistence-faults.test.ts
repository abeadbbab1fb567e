import { describe, expect, test } from "vitest";
import { isLoggedUnavailable, PersistenceFaultCount } from "./persistence-faults.ts";

const counter = (type: string, operation: string, value: number): string =>
  `persistence_error_with_type{error_type="${type}",namespace="kvitok",operation="${operation}",service_name="history"} ${value}`;
const TIMEOUT = "persistence_TimeoutError";
const EXHAUSTED = "serviceerror_ResourceExhausted";

describe("what Temporal's storage did wrong", () => {
  test("is added up over methods and over starts, of each start what was seen last", () => {
    const counted = new PersistenceFaultCount();
    counted.note("1", counter(TIMEOUT, "UpdateWorkflowExecution", 2));
    counted.note(
      "1",
      [
        "# TYPE persistence_error_with_type counter",
        counter(TIMEOUT, "UpdateWorkflowExecution", 3),
        counter(TIMEOUT, "AppendHistoryNodes", 4),
        counter(EXHAUSTED, "UpdateWorkflowExecution", 5),
      ].join("\n"),
    );
    counted.note("2", counter(TIMEOUT, "UpdateWorkflowExecution", 1));
    expect(counted.byKind()).toEqual({ Timeout: 8, ResourceExhausted: 5 });
  });

  test("leaves out errors that a storage without faults has too", () => {
    const counted = new PersistenceFaultCount();
    const others = ["serviceerror_NotFound", "serviceerror_Unavailable", "persistence_ConditionFailedError"];
    counted.note("1", others.map((type) => counter(type, "GetWorkflowExecution", 9)).join("\n"));
    expect(counted.byKind()).toEqual({});
  });

  test("loses nothing by an answer that ends early", () => {
    const counted = new PersistenceFaultCount();
    counted.note("1", counter(TIMEOUT, "UpdateWorkflowExecution", 3));
    counted.note("1", "");
    expect(counted.byKind()).toEqual({ Timeout: 3 });
  });

  test("of Unavailable in the log only the injected ones count, each once", () => {
    const injected = `fault injection error at GetCurrentExecution with 0.02 rate: serviceerror.Unavailable`;
    const log = [
      `{"level":"error","msg":"Operation failed with internal error.","error":"${injected}"}`,
      `{"level":"error","msg":"service failures","error":"${injected}"}`,
      `{"level":"error","msg":"Operation failed with internal error.","error":"dial tcp: connection refused"}`,
    ];
    expect(log.map(isLoggedUnavailable)).toEqual([true, false, false]);
  });
});
