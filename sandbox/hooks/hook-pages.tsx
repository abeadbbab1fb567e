import type { FC } from "hono/jsx";
import { CityPage } from "../city-page.tsx";
import type { HookDelivery } from "./hook-store.ts";

/** What came, newest first, for people who look at the sandbox. */
export const HooksPage: FC<{ deliveries: readonly HookDelivery[] }> = ({ deliveries }) => (
  <CityPage
    language="en"
    title={`Webhooks: ${deliveries.length} ${deliveries.length === 1 ? "request" : "requests"}`}
    place="Sandbox city · an integrator's receiver of events"
  >
    {deliveries.length === 0 ? (
      <p class="card soft">Nothing has arrived yet.</p>
    ) : (
      <ul class="plain card">
        {deliveries.toReversed().map((one) => (
          <li style="padding:.6rem 0">
            <strong>{typeOf(one.body)}</strong> <code>{one.id ?? "no id"}</code>
            <div class="soft">
              {one.name} · <time datetime={one.at}>{one.at}</time> · {outcomeOf(one)}
            </div>
            <pre>{one.body}</pre>
          </li>
        ))}
      </ul>
    )}
  </CityPage>
);

function typeOf(body: string): string {
  return /"type":"(?<type>[^"]*)"/.exec(body)?.groups?.["type"] ?? "no event";
}

function outcomeOf({ verifiedBy, taken, repeated, status }: HookDelivery): string {
  const answer = status === null ? "no answer" : `answered ${status}`;
  if (verifiedBy.length === 0) return `signature refused, ${answer}`;
  if (!taken) return `not taken, ${answer}`;
  return `${repeated ? "a repetition" : "taken"}, ${answer}`;
}
