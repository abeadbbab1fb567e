// Says which wallet this browser has. Without script the page tells where wallets work.
const has = {
  apple_pay() {
    if (!("ApplePaySession" in globalThis)) return false;
    try {
      return globalThis.ApplePaySession.canMakePayments();
    } catch {
      // it is there, and may not be asked here: the bank's page asks it
      return true;
    }
  },
  google_pay: () => "PaymentRequest" in globalThis && !("ApplePaySession" in globalThis),
};

customElements.define(
  "wallet-hint",
  class extends HTMLElement {
    connectedCallback() {
      const found = [...this.querySelectorAll("[data-wallet]")].filter((line) =>
        has[line.dataset.wallet]?.(),
      );
      for (const line of found) line.hidden = false;
      if (found.length > 0) for (const line of this.querySelectorAll("[data-without-wallet]")) line.remove();
    }
  },
);
