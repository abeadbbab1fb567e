import type { FC } from "hono/jsx";
import type { PushDevice, PushDevices } from "../../../api/client.ts";
import { formatInstant } from "../../../words/format.ts";
import { say } from "../../../words/say.ts";
import { deviceName } from "../../device-name.ts";
import { Facts } from "../../parts/facts.tsx";
import { ActionButton, ActionForm, Choices } from "../../parts/forms.tsx";
import { Frame } from "../../parts/frame.tsx";
import type { Visit } from "../../visit.ts";

interface PushProps {
  readonly visit: Visit;
  readonly push: PushDevices;
}

/** Notifications in browsers: what they are, before anybody is asked; where they are on; what a lock screen shows. */
export const PushPage: FC<PushProps> = ({ visit, push }) => {
  const { locale } = visit;
  const title = say(locale, "page.push.title");
  return (
    <Frame visit={visit} title={title} optingIn>
      <h1>{title}</h1>
      <p class="lead">{say(locale, "page.push.lead")}</p>
      <div class="grid grid-two">
        <section class="card stack">
          <h2>{say(locale, "page.push.here")}</h2>
          <ul class="bullets">
            {(["ask", "private", "notice", "mail"] as const).map((what) => (
              <li>{say(locale, `page.push.what.${what}`)}</li>
            ))}
          </ul>
          <OptIn visit={visit} push={push} />
        </section>
        <LockScreen visit={visit} amountsShown={push.amountsShown} />
      </div>
      <section class="stack">
        <h2>{say(locale, "page.push.devices")}</h2>
        {push.items.length === 0 ? <p>{say(locale, "page.push.none")}</p> : null}
        <div class="grid">
          {push.items.map((device) => (
            <DeviceSlip visit={visit} device={device} />
          ))}
        </div>
      </section>
      <p>
        <a href="/profile">{say(locale, "page.profile.back")}</a>
      </p>
    </Frame>
  );
};

const OptIn: FC<PushProps> = ({ visit, push }) => {
  const { locale } = visit;
  const { publicKey } = push;
  if (publicKey === null) return <p class="note note-wait">{say(locale, "page.push.off")}</p>;
  return (
    <push-opt-in
      class="stack"
      data-key={publicKey}
      data-own={push.items.map(({ endpointHash }) => endpointHash).join(" ")}
      data-say-elsewhere={say(locale, "page.push.say.elsewhere")}
      data-say-unsupported={say(locale, "page.push.say.unsupported")}
      data-say-denied={say(locale, "page.push.say.denied")}
      data-say-dismissed={say(locale, "page.push.say.dismissed")}
      data-say-waiting={say(locale, "page.push.say.waiting")}
      data-say-connecting={say(locale, "page.push.say.connecting")}
      data-say-away={say(locale, "page.push.say.away")}
      data-say-here={say(locale, "page.push.say.here")}
    >
      <ActionForm visit={visit} action="/profile/push/devices">
        {["endpoint", "p256dh", "auth"].map((name) => (
          <input type="hidden" name={name} value="" />
        ))}
        <button type="button" hidden>
          {say(locale, "page.push.button")}
        </button>
      </ActionForm>
      <output></output>
      <p data-without-script>{say(locale, "page.push.no-script")}</p>
    </push-opt-in>
  );
};

const LockScreen: FC<{ visit: Visit; amountsShown: boolean }> = ({ visit, amountsShown }) => {
  const { locale } = visit;
  return (
    <section class="card stack">
      <ActionForm visit={visit} action="/profile/push/lock-screen" class="stack">
        <Choices
          name="amounts"
          legend={say(locale, "page.push.amounts")}
          options={(["no", "yes"] as const).map((value) => ({
            value,
            label: say(locale, `page.push.amounts.${value}`),
            hint: say(locale, `page.push.amounts.${value}.hint`),
          }))}
          chosen={amountsShown ? "yes" : "no"}
        />
        <button type="submit">{say(locale, "page.profile.save")}</button>
      </ActionForm>
    </section>
  );
};

const DeviceSlip: FC<{ visit: Visit; device: PushDevice }> = ({ visit, device }) => {
  const { locale, zone } = visit;
  const name = deviceName(device.device) ?? say(locale, "page.push.device.unknown");
  const when = (instant: string | null): string =>
    instant === null ? say(locale, "page.push.device.never") : formatInstant(locale, instant, zone);
  return (
    <article class="slip" data-push-device={device.id}>
      <div class="slip-body stack">
        <h3>{name}</h3>
        <Facts
          of={[
            [say(locale, "page.push.device.since"), when(device.createdAt)],
            [say(locale, "page.push.device.accepted"), when(device.acceptedAt)],
            [say(locale, "page.push.device.shown"), when(device.shownAt)],
          ]}
        />
      </div>
      <div class="slip-tear row">
        <ActionButton
          visit={visit}
          action={`/profile/push/devices/${device.id}/remove`}
          class="danger"
          label={say(locale, "page.push.device.remove")}
          about={name}
        />
      </div>
    </article>
  );
};
