// Asks the browser to show our messages, when its owner presses the button, and says in words how that ended. Without script the page says that a script is needed.
//
// The browser's push service may be out of reach (a company's network, a browser without one): asking it may then never end. Ours does.

const askingMs = 8_000;
const keptAs = "kvitok-push";
const rememberedAt = "/push-subscription";

class Ended extends Error {}

/** The promise, or an end after a while: nobody waits in front of a page for what does not come. */
function within(promise, ms) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Ended("late")), ms));
  return Promise.race([promise, late]);
}

const isSame = (key, text) =>
  key !== null &&
  btoa(String.fromCharCode(...new Uint8Array(key)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "") === text;

/** As the engine names an address, without telling it. */
async function hashOf(endpoint) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define(
  "push-opt-in",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.button = this.querySelector("button");
      this.output = this.querySelector("output");
      for (const line of this.querySelectorAll("[data-without-script]")) line.remove();
      if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis))
        return this.say("unsupported");
      if (Notification.permission === "denied") return this.say("denied");
      this.button.addEventListener("click", () => void this.ask());
      this.button.hidden = false;
      void this.look();
    }

    /** Whether this very browser shows messages already, and whose: somebody else may have signed in here before. */
    async look() {
      const registration = await navigator.serviceWorker.getRegistration("/").catch(() => undefined);
      const subscription = await registration?.pushManager.getSubscription().catch(() => null);
      if (!subscription || !isSame(subscription.options.applicationServerKey, this.dataset.key)) return;
      const own = this.dataset.own.split(" ").includes(await hashOf(subscription.endpoint));
      this.say(own ? "here" : "elsewhere");
    }

    say(state) {
      this.output.textContent = this.dataset[`say${state[0].toUpperCase()}${state.slice(1)}`];
      this.dataset.state = state;
    }

    async ask() {
      this.button.disabled = true;
      this.say("waiting");
      try {
        // a person thinks as long as they like
        const permission = await Notification.requestPermission();
        if (permission !== "granted") return this.say(permission === "denied" ? "denied" : "dismissed");
        this.say("connecting");
        await this.keep(await within(this.subscribe(), askingMs));
      } catch {
        this.say("away");
      } finally {
        this.button.disabled = false;
      }
    }

    async subscribe() {
      const registration = await navigator.serviceWorker.register("/sw.js", {
        scope: "/",
        updateViaCache: "none",
      });
      await navigator.serviceWorker.ready;
      const old = await registration.pushManager.getSubscription();
      // made for a key that we have no more
      if (old && !isSame(old.options.applicationServerKey, this.dataset.key)) await old.unsubscribe();
      return registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: this.dataset.key,
      });
    }

    async keep(subscription) {
      const { endpoint, keys } = subscription.toJSON();
      const record = JSON.stringify({ endpoint, keys, applicationServerKey: this.dataset.key });
      await (await caches.open(keptAs)).put(rememberedAt, new Response(record));
      for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth }))
        this.form.elements.namedItem(name).value = value;
      this.form.submit();
    }
  },
);
