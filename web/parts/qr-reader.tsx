import type { FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { staticPath } from "../static-files.ts";
import type { Visit } from "../visit.ts";

/**
 * Takes the QR of a paper bill from a picture or the camera. Without script the form sends the picture itself (`picture`, multipart). With script the code
 * is read in the browser and its bytes are sent instead, in base64: a field `content` for each payment code found. It works in a frame that is `scanning`,
 * at `scanningPath`.
 */
export const QrReader: FC<{ readonly visit: Visit; readonly action: string }> = ({ visit, action }) => {
  const { locale } = visit;
  return (
    <qr-reader
      data-decoder={staticPath("qrDecoder")}
      data-wasm={staticPath("qrDecoderWasm")}
      data-say-aim={say(locale, "qr.reader.aim")}
      data-say-reading={say(locale, "qr.reader.reading")}
      data-say-none={say(locale, "qr.reader.none")}
      data-say-other={say(locale, "qr.reader.other")}
      data-say-denied={say(locale, "qr.reader.denied")}
      data-say-read={say(locale, "qr.reader.read")}
      data-say-away={say(locale, "qr.reader.away")}
    >
      <form method="post" action={action} enctype="multipart/form-data" class="stack">
        <input type="hidden" name="token" value={visit.formToken} />
        <div class="field">
          <label for="picture">{say(locale, "qr.reader.file")}</label>
          <p class="hint" id="picture-hint">
            {say(locale, "qr.reader.hint")}
          </p>
          <input
            type="file"
            id="picture"
            name="picture"
            accept="image/png,image/jpeg"
            required
            aria-describedby="picture-hint"
          />
        </div>
        <video class="camera" hidden playsinline muted></video>
        <output></output>
        <div class="row">
          <button type="submit">{say(locale, "qr.reader.send")}</button>
          <button type="button" class="quiet" data-camera="on" hidden>
            {say(locale, "qr.reader.camera")}
          </button>
          <button type="button" class="quiet" data-camera="off" hidden>
            {say(locale, "qr.reader.stop")}
          </button>
        </div>
      </form>
    </qr-reader>
  );
};
