import type { FC } from "hono/jsx";
import { CityPage } from "../city-page.tsx";
import type { PushMessage, Subscription } from "./push-store.ts";

const place = "Sandbox city · push service (no message leaves this machine)";

interface Shown {
  readonly message: PushMessage;
  readonly label: string;
  readonly shownAt: string | null;
  /** A later message of the same topic has taken its place before it was shown. */
  readonly isReplaced: boolean;
}

/** Messages, newest first, as the browsers read them; a browser can be made, and made to show a message. */
export const PushPage: FC<{ messages: readonly Shown[]; subscriptions: readonly Subscription[] }> = (
  props,
) => {
  const { messages, subscriptions } = props;
  const title = `Push service: ${messages.length} ${messages.length === 1 ? "message" : "messages"}`;
  return (
    <CityPage language="en" title={title} place={place}>
      <section class="card" aria-label="Browsers">
        <p>
          {subscriptions.length === 0
            ? "No browser takes messages here yet."
            : `Browsers: ${subscriptions.map(({ label }) => label).join(", ")}.`}
        </p>
        <form method="post" action="/browsers">
          {["anna", "boris", "clara"].map((login) => (
            <button type="submit" name="login" value={login}>
              {`Give ${login} a browser that takes messages here`}
            </button>
          ))}
        </form>
      </section>
      {messages.length === 0 ? (
        <p class="card soft">Nothing has arrived yet.</p>
      ) : (
        <ul class="plain card">
          {messages.toReversed().map((shown) => (
            <Message {...shown} />
          ))}
        </ul>
      )}
    </CityPage>
  );
};

const Message: FC<Shown> = ({ message, label, shownAt, isReplaced }) => {
  const { headers, payload, receivedAt } = message;
  const { title, body } = wordsOf(payload);
  return (
    <li style="padding:.6rem 0" data-message={message.id}>
      <h2>{title}</h2>
      <p>{body}</p>
      <div class="soft">
        {`to ${label} · TTL ${headers.ttl} · ${headers.urgency ?? "normal"} · topic ${headers.topic ?? "none"} · `}
        <time datetime={receivedAt}>{receivedAt}</time>
      </div>
      <details>
        <summary>The whole message</summary>
        <pre>{JSON.stringify(payload, undefined, 2)}</pre>
      </details>
      {shownAt === null ? (
        <form method="post" action={`/messages/${message.id}/show`}>
          <button type="submit">{isReplaced ? "Show it (replaced by a later one)" : "Show it"}</button>
        </form>
      ) : (
        <p class="soft">
          shown at <time datetime={shownAt}>{shownAt}</time>
        </p>
      )}
    </li>
  );
};

function wordsOf(payload: unknown): { readonly title: string; readonly body: string } {
  if (typeof payload !== "object" || payload === null)
    return { title: "(cannot be opened)", body: "It was sealed for another browser." };
  const { title, body } = payload as { readonly title?: unknown; readonly body?: unknown };
  return { title: typeof title === "string" ? title : "", body: typeof body === "string" ? body : "" };
}
