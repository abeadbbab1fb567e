import type { FC } from "hono/jsx";
import type { Wallet } from "../../domain/capability-matrix.ts";
import { say } from "../../words/say.ts";
import { staticPath } from "../static-files.ts";
import type { Visit } from "../visit.ts";

/**
 * Wallets that the gateway's page takes. Which of them this device has only its browser knows: with script the page says so, else it explains where they work.
 * Nothing where the gateway takes none.
 */
export const WalletHint: FC<{ visit: Visit; wallets: readonly Wallet[] }> = ({
  visit: { locale },
  wallets,
}) =>
  wallets.length === 0 ? null : (
    <wallet-hint class="card stack">
      <script type="module" src={staticPath("walletHint")} />
      <h2>{say(locale, "method.wallets")}</h2>
      {wallets.map((wallet) => (
        <p data-wallet={wallet} hidden>
          {say(locale, wallet === "apple_pay" ? "method.wallets.apple" : "method.wallets.google")}
        </p>
      ))}
      <p data-without-wallet>{say(locale, "method.wallets.none")}</p>
      {wallets.includes("apple_pay") ? (
        <p class="soft">{say(locale, "method.wallets.apple.limits")}</p>
      ) : null}
    </wallet-hint>
  );
