/** The body of a problem. */
export function problem(status: number, failure: string, over: object = {}): object {
  return {
    type: `urn:kvitok:${failure}`,
    title: "Так нельзя",
    status,
    code: failure,
    detail: "Подробности для людей.",
    requestId: "req-1",
    ...over,
  };
}
