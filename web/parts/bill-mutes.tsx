import type { FC } from "hono/jsx";
import type { Bill, Mute } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { notificationsPath } from "../notifications-path.ts";
import type { Visit } from "../visit.ts";
import { ActionButton, ActionForm } from "./forms.tsx";

interface BillMutesProps {
  readonly visit: Visit;
  readonly bill: Bill;
  readonly mutes: readonly Mute[];
}

/** May reminders of the bill, or anything about its biller, be sent? Says what still comes where not. */
export const BillMutes: FC<BillMutesProps> = ({ visit, bill, mutes }) => {
  const { locale } = visit;
  const isBillMuted = mutes.some(({ kind, id }) => kind === "bill" && id === bill.id);
  const isBillerMuted = mutes.some(({ kind, id }) => kind === "biller" && id === bill.biller.id);
  const said = isBillerMuted ? "biller-muted" : "muted";
  return (
    <section class="card stack" data-muted={isBillMuted || isBillerMuted ? "yes" : "no"}>
      <h2>{say(locale, "preferences.bill")}</h2>
      {isBillMuted || isBillerMuted ? (
        <>
          <p>{say(locale, `preferences.bill.${said}`)}</p>
          <p class="soft">{say(locale, "preferences.bill.stays")}</p>
        </>
      ) : null}
      {isBillerMuted || (bill.state !== "owed" && !isBillMuted) ? null : (
        <ActionButton
          visit={visit}
          action={`/bills/${bill.id}/${isBillMuted ? "unmute" : "mute"}`}
          class="quiet"
          label={say(locale, isBillMuted ? "preferences.bill.unmute" : "preferences.bill.mute")}
        />
      )}
      <ActionForm visit={visit} action={`/bills/${bill.id}/${isBillerMuted ? "unmute" : "mute"}`}>
        <input type="hidden" name="biller" value={bill.biller.id} />
        <button type="submit" class="quiet">
          {say(locale, isBillerMuted ? "preferences.bill.unmute-biller" : "preferences.bill.mute-biller")}
        </button>
      </ActionForm>
      <p>
        <a href={notificationsPath}>{say(locale, "preferences.bill.settings")}</a>
      </p>
    </section>
  );
};
