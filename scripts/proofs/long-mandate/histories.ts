import type { Client } from "@temporalio/client";
import proto from "@temporalio/proto";

const { EventType } = proto.temporal.api.enums.v1;
type Event = proto.temporal.api.history.v1.IHistoryEvent;

/** One run of a workflow, as its history tells it. */
export type RunStory = {
  readonly events: number;
  readonly signals: number;
  /** Signals after which this run neither looked at the rows again nor made room for a new run. */
  readonly unheard: number;
  readonly end: "continued" | "completed" | "open" | "other";
};

const LOCAL_ACTIVITY = "core_local_activity";

/** Every run of a workflow, oldest first; found by following each run to the one that it continued as. */
export async function readRuns(
  client: Client,
  of: { readonly workflowId: string; readonly firstRunId: string },
): Promise<readonly RunStory[]> {
  const stories: RunStory[] = [];
  for (let runId: string | undefined = of.firstRunId; runId !== undefined; ) {
    const { events } = await client.workflow.getHandle(of.workflowId, runId).fetchHistory();
    const history: readonly Event[] = events ?? [];
    stories.push(tell(history));
    runId = history.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return stories;
}

function tell(history: readonly Event[]): RunStory {
  const signals = history.filter(isOf(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)).map(numberOf);
  const end = endOf(history.at(-1));
  const lastLookBegan = Math.max(0, ...history.filter(isLook).map((event) => beginningOf(event, history)));
  // the next run begins with a look, and a mandate that has ended has nothing to look for
  const unheard = end === "open" ? signals.filter((signal) => signal > lastLookBegan).length : 0;
  return { events: history.length, signals: signals.length, unheard, end };
}

const isOf = (type: proto.temporal.api.enums.v1.EventType) => (event: Event) => event.eventType === type;
const numberOf = ({ eventId }: Event) => Number(eventId ?? 0);

function isLook(event: Event): boolean {
  return event.markerRecordedEventAttributes?.markerName === LOCAL_ACTIVITY;
}

/** The event at which the task began that made this look: what came before it was known to it. */
function beginningOf(event: Event, history: readonly Event[]): number {
  const completed = Number(event.markerRecordedEventAttributes?.workflowTaskCompletedEventId ?? 0);
  return Number(history[completed - 1]?.workflowTaskCompletedEventAttributes?.startedEventId ?? 0);
}

function endOf(last: Event | undefined): RunStory["end"] {
  switch (last?.eventType) {
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
      return "continued";
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
      return "completed";
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
    case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
      return "other";
    default:
      return "open";
  }
}
