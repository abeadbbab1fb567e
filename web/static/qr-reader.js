// Reads the QR of a paper bill from a picture or the camera and sends its bytes with the form around it. Without script the form sends the picture.
//
// Bytes, never text: most bills are written in Windows-1251, and whatever answers text has guessed an encoding by then. The browser's own BarcodeDetector
// answers text only, so its word counts only where a wrong guess would show (see `trusted`); everything else our own decoder reads.

const pixelsAtMost = 2400;
const lookEveryMs = 200;
const payment = "ST0001";

/**
 * Can a text that the browser's detector made be taken for the code's bytes? Only where the code says it is UTF-8 and the text reads like Russian: wrong guesses
 * show as Latin letters with accents, kana, U+FFFD or rows of question marks. What is no payment code is not sent anyway.
 */
function trusted(text) {
  if (!text.startsWith(payment)) return text !== "";
  const readsLikeRussian =
    /^[\u0020-\u007e\r\n\u00a0\u00ab\u00bb\u0401\u0410-\u044f\u0451\u2013\u2014\u2116\u20bd]*$/.test(text);
  return text.startsWith(`${payment}2`) && readsLikeRussian && !text.includes("??");
}

const startsAsPayment = (bytes) => String.fromCharCode(...bytes.subarray(0, payment.length)) === payment;
const base64Of = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

let decoder;

/** Our own decoder, loaded when it is first needed, from our own files. */
function loadDecoder({ decoder: script, wasm }) {
  decoder ??= new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = script;
    element.addEventListener("load", () => {
      const { prepareZXingModule, readBarcodes } = globalThis.ZXingWASM;
      prepareZXingModule({ overrides: { locateFile: () => wasm } });
      resolve((pixels) => readBarcodes(pixels, { formats: ["QRCode"], maxNumberOfSymbols: 16 }));
    });
    element.addEventListener("error", () => reject(new Error("the decoder did not load")));
    document.head.append(element);
  }).catch((cause) => {
    // The network may be back at the next picture.
    decoder = undefined;
    throw cause;
  });
  return decoder;
}

async function nativeDetector() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  return formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : undefined;
}

/** The pixels of a picture or of a camera's frame, no more of them than a code needs. */
function pixelsOf(source, width, height) {
  const scale = Math.min(1, pixelsAtMost / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

customElements.define(
  "qr-reader",
  class extends HTMLElement {
    #form;
    #video;
    #stream;
    #native;
    #round = 0;

    connectedCallback() {
      this.#form = this.querySelector("form");
      this.#video = this.querySelector("video");
      this.#native = nativeDetector();
      this.#form.addEventListener("change", ({ target }) => {
        if (target.type === "file" && target.files.length > 0) void this.#readFile(target.files[0]);
      });
      this.addEventListener("click", ({ target }) => {
        const camera = target.closest("[data-camera]")?.dataset.camera;
        if (camera === "on") void this.#startCamera();
        if (camera === "off") this.#stopCamera();
      });
      this.#showButtons();
    }

    disconnectedCallback() {
      this.#stopCamera();
    }

    #say(key) {
      this.querySelector("output").textContent = key === undefined ? "" : this.dataset[`say${key}`];
    }

    #showButtons() {
      const isOn = this.#stream !== undefined;
      this.querySelector("[data-camera=on]").hidden = isOn || navigator.mediaDevices === undefined;
      this.querySelector("[data-camera=off]").hidden = !isOn;
      this.#video.hidden = !isOn;
    }

    async #readFile(file) {
      this.#stopCamera();
      this.#say("Reading");
      try {
        // The browser unpacks it, whatever it can show, and turns it as the camera was held.
        const picture = await createImageBitmap(file);
        const decode = await loadDecoder(this.dataset);
        this.#take(await this.#codesIn(decode, pixelsOf(picture, picture.width, picture.height)), true);
      } catch {
        // No picture for this browser, or no decoder: the form itself still sends it.
        this.#say("Away");
      }
    }

    async #codesIn(decode, pixels) {
      return (await decode(pixels)).filter(({ isValid }) => isValid).map(({ bytes }) => bytes);
    }

    async #startCamera() {
      try {
        this.#stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "environment", width: { ideal: 1920 } },
        });
        this.#video.srcObject = this.#stream;
        await this.#video.play();
      } catch {
        // Refused, busy, or not there: a picture does as well.
        this.#stopCamera();
        this.#say("Denied");
        return;
      }
      this.#showButtons();
      this.#say("Aim");
      this.#round += 1;
      void this.#watch(this.#round);
    }

    #stopCamera() {
      for (const track of this.#stream?.getTracks() ?? []) track.stop();
      this.#stream = undefined;
      this.#round += 1;
      this.#showButtons();
    }

    /** Looks at frame after frame, one at a time, until a payment code was read or the camera is off. */
    async #watch(round) {
      while (round === this.#round) {
        const codes = await this.#lookAtFrame().catch(() => {
          this.#say("Away");
          this.#stopCamera();
          return [];
        });
        if (round !== this.#round || this.#take(codes, false)) return;
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    }

    async #lookAtFrame() {
      const { videoWidth, videoHeight } = this.#video;
      if (videoWidth === 0) return [];
      const native = await this.#native;
      const seen = (await native?.detect(this.#video).catch(() => undefined))?.map(
        ({ rawValue }) => rawValue,
      );
      // Where it sees nothing there is no need for a second look; where it cannot be trusted, ours reads the bytes.
      if (seen?.every(trusted)) return seen.map((text) => new TextEncoder().encode(text));
      const decode = await loadDecoder(this.dataset);
      return this.#codesIn(decode, pixelsOf(this.#video, videoWidth, videoHeight));
    }

    /** Sends the payment codes, if there are any. */
    #take(codes, isPicture) {
      const payments = codes.filter(startsAsPayment);
      if (payments.length === 0) {
        if (codes.length > 0) this.#say("Other");
        else if (isPicture) this.#say("None");
        return false;
      }
      this.#stopCamera();
      this.#say("Read");
      const contents = payments.map((bytes) => {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: "content", value: base64Of(bytes) });
        return input;
      });
      // The bytes go instead of the picture, as an ordinary form.
      for (const input of this.#form.querySelectorAll("input[type=file]")) input.disabled = true;
      this.#form.enctype = "application/x-www-form-urlencoded";
      this.#form.append(...contents);
      this.#form.requestSubmit();
      return true;
    }
  },
);
