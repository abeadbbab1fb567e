// Refreshes a part of the page while its subject is still moving. Without script the page has a link for that.
customElements.define(
  "live-status",
  class extends HTMLElement {
    #timer = 0;

    connectedCallback() {
      for (const link of this.querySelectorAll("[data-without-script]")) link.remove();
      this.#wait();
    }

    disconnectedCallback() {
      clearTimeout(this.#timer);
    }

    #wait() {
      this.#timer = setTimeout(() => void this.#refresh().finally(() => this.#wait()), 1500);
    }

    async #refresh() {
      if (document.visibilityState === "hidden") return;
      const answer = await fetch(this.dataset.from, { redirect: "error" }).catch(() => undefined);
      // The network may be away for a moment; the next round asks again.
      if (answer?.ok !== true) return;
      const mark = answer.headers.get("kvitok-mark");
      if (mark === null || mark === this.dataset.mark) return;
      // A new state may come with new actions around it: the whole page tells it best, unless somebody is using it.
      if (answer.headers.get("kvitok-final") === "yes" || !this.contains(document.activeElement))
        location.reload();
    }
  },
);
