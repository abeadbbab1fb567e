import type { FC } from "hono/jsx";
import type { Preferences, PushDevice, TestMessage } from "../../api/client.ts";
import { formatInstant } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { deviceName } from "../device-name.ts";
import { notificationsPath } from "../notifications-path.ts";
import type { Visit } from "../visit.ts";
import { ActionForm } from "./forms.tsx";

interface TestsProps {
  readonly visit: Visit;
  readonly preferences: Preferences;
  readonly devices: readonly PushDevice[];
  readonly tests: readonly TestMessage[];
}

type Address = Pick<TestMessage, "channel" | "deviceId"> & { readonly name: string };

/** A mark that changes with every test message that gets any further. */
export function testsMark(tests: readonly TestMessage[]): string {
  return tests.map(({ id, state }) => `${id}-${state}`).join(".");
}

export function isUnderWay(tests: readonly TestMessage[]): boolean {
  return tests.some(({ state }) => state === "on-its-way");
}

/** Does it arrive? A button for mail, each browser and text messages, and what became of the newest test message to each. */
export const TestMessages: FC<TestsProps> = (props) => {
  const { locale } = props.visit;
  const addresses = addressesOf(props);
  return (
    <section class="card stack" id="tests">
      <h2>{say(locale, "preferences.test")}</h2>
      <p class="soft">
        {say(locale, addresses.length === 0 ? "preferences.test.none" : "preferences.test.lead")}
      </p>
      {isUnderWay(props.tests) ? (
        <live-status data-from={`${notificationsPath}/tests/live`} data-mark={testsMark(props.tests)}>
          <TestList {...props} addresses={addresses} />
          <a class="crumb" data-without-script href={`${notificationsPath}#tests`}>
            {say(locale, "preferences.test.refresh")}
          </a>
        </live-status>
      ) : (
        <TestList {...props} addresses={addresses} />
      )}
    </section>
  );
};

function addressesOf({ visit: { locale }, preferences, devices }: TestsProps): readonly Address[] {
  return preferences.channels
    .filter(({ reachable }) => reachable)
    .flatMap(({ name: channel }): readonly Address[] => {
      if (channel !== "push")
        return [{ channel, deviceId: null, name: say(locale, `preferences.channel.${channel}`) }];
      return devices.map(({ id, device }) => ({
        channel,
        deviceId: id,
        name: deviceName(device) ?? say(locale, "preferences.test.device-unknown"),
      }));
    });
}

const TestList: FC<TestsProps & { readonly addresses: readonly Address[] }> = ({
  visit,
  tests,
  addresses,
}) => (
  <ul class="lines" aria-live="polite">
    {addresses.map((address) => (
      <li data-test-of={address.deviceId ?? address.channel}>
        <div>
          <p>{address.name}</p>
          <Outcome
            visit={visit}
            test={tests.find(
              ({ channel, deviceId }) => channel === address.channel && deviceId === address.deviceId,
            )}
          />
        </div>
        <ActionForm visit={visit} action={`${notificationsPath}/test`}>
          <input type="hidden" name="channel" value={address.channel} />
          <input type="hidden" name="device" value={address.deviceId ?? ""} />
          <button type="submit" class="quiet">
            {say(visit.locale, "preferences.test.button")}
            <span class="hidden-visually">{`: ${address.name}`}</span>
          </button>
        </ActionForm>
      </li>
    ))}
  </ul>
);

const Outcome: FC<{ visit: Visit; test: TestMessage | undefined }> = ({ visit, test }) => {
  if (test === undefined) return null;
  const isBad = test.state === "not-reached";
  return <p class={isBad ? "state state-bad" : "soft"}>{outcomeWords(visit, test)}</p>;
};

function outcomeWords({ locale, zone }: Visit, { state, channel, askedAt, sentAt }: TestMessage): string {
  const asked = formatInstant(locale, askedAt, zone);
  const at = formatInstant(locale, sentAt ?? askedAt, zone);
  if (state === "on-its-way") return say(locale, "preferences.test.on-its-way", { asked });
  if (state === "shown") return say(locale, "preferences.test.shown", { at });
  if (state === "sent") return say(locale, `preferences.test.sent.${channel}`, { at });
  return say(locale, `preferences.test.not-reached.${channel}`, { asked });
}
