import type { FC } from "hono/jsx";
import type { MethodKinds } from "../../api/client.ts";
import { formatMoney } from "../../words/format.ts";
import { say } from "../../words/say.ts";
import { Facts } from "../parts/facts.tsx";
import { Frame } from "../parts/frame.tsx";
import { methodKindWords } from "../../words/method-kinds.ts";
import type { Visit } from "../visit.ts";
import { gatewayWords } from "./method-binding.tsx";

type Gateway = MethodKinds["gateways"][number];
type Kind = Gateway["kinds"][number];

/** What each kind of method may do, and why not more: the capability matrix for people. */
export const MethodKindsPage: FC<{ visit: Visit; kinds: MethodKinds }> = ({ visit, kinds }) => {
  const { locale } = visit;
  const title = say(locale, "method.kinds.title");
  return (
    <Frame visit={visit} title={title} room="methods">
      <div>
        <a class="crumb" href="/methods">
          {say(locale, "page.nav.methods")}
        </a>
        <h1>{title}</h1>
      </div>
      {kinds.gateways.map((gateway) => (
        <section class="stack">
          <h2>{gatewayWords(visit, gateway.gateway)}</h2>
          <div class="grid">
            {gateway.kinds.map((kind) => (
              <KindCard visit={visit} kind={kind} />
            ))}
          </div>
        </section>
      ))}
    </Frame>
  );
};

const KindCard: FC<{ visit: Visit; kind: Kind }> = ({ visit, kind }) => {
  const { locale } = visit;
  const use = (name: Kind["uses"][number]["use"]) => {
    const found = kind.uses.find((one) => one.use === name);
    // what can only be saved together with a first payment is saved nowhere yet
    const saved = name !== "mandate" || kind.bindable;
    if (found?.allowed !== false && saved) return say(locale, "method.kinds.yes");
    if (found?.allowed !== false) {
      return `${say(locale, "method.kinds.no")} ${say(locale, "method.why.kind-not-bindable")}`;
    }
    return [say(locale, "method.kinds.no"), ...found.whyNot.map(({ detail }) => detail)].join(" ");
  };
  return (
    <article class="card stack" data-kind={kind.kind}>
      <h3>{methodKindWords(locale, kind.kind)}</h3>
      <Facts
        of={[
          [say(locale, "method.kinds.mandate"), use("mandate")],
          [say(locale, "method.kinds.batch"), use("batch")],
          [say(locale, "method.kinds.amounts"), amountWords(visit, kind)],
          [say(locale, "method.kinds.payers"), payerWords(visit, kind)],
          [say(locale, "method.kinds.not-in"), sectionWords(visit, kind)],
          [
            say(locale, "method.kinds.confirmation"),
            say(locale, `method.kinds.confirmation.${kind.confirmation}`, { minutes: kind.confirmMinutes }),
          ],
        ]}
      />
    </article>
  );
};

function amountWords({ locale }: Visit, { amounts }: Kind): string {
  return amounts
    .map(({ currency, leastMinor, mostMinor }) => {
      const least = formatMoney(locale, { amountMinor: leastMinor, currency });
      return mostMinor === null
        ? say(locale, "method.kinds.from", { least })
        : say(locale, "method.kinds.from-to", {
            least,
            most: formatMoney(locale, { amountMinor: mostMinor, currency }),
          });
    })
    .join("; ");
}

function payerWords({ locale }: Visit, { payers }: Kind): string {
  return say(locale, payers.includes("organisation") ? "method.kinds.everybody" : "method.kinds.people");
}

function sectionWords({ locale }: Visit, { notInSections }: Kind): string {
  return notInSections.includes("additional") ? say(locale, "method.kinds.additional") : "";
}
