import { compacted, type Proof, proved, refused } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

const SHAPES = [digits(11)];
/** Behind the 7: 3xx, 4xx and 81x–89x are places; 80x are services, 6xx and 7xx belong to another country, 9xx are mobile. */
const PLACE = /^7([34]\d|8[1-9])/;

/** Reads a Russian mobile number in any usual writing; its normal form are the 11 digits of E.164 without plus: `79161234567`. */
export function parseMobile(text: string): Proof<string> {
  const phone = parsePhone(text);
  if (!phone.ok) return phone;
  return phone.value.startsWith("79") ? phone : refused(phone.value, "not-mobile", 2, 3);
}

/** Reads a Russian landline number with its area code, which a home phone's bill is found by; the same normal form. */
export function parseLandline(text: string): Proof<string> {
  const phone = parsePhone(text);
  if (!phone.ok) return phone;
  return PLACE.test(phone.value) ? phone : refused(phone.value, "not-landline", 2, 3);
}

/** The trunk prefix 8 becomes the country's 7; ten digits are a number without either. */
function parsePhone(text: string): Proof<string> {
  const written = compacted(text).replace(/[().]/g, "");
  const isInternational = written.startsWith("+");
  const bare = isInternational ? written.slice(1) : written;
  const read = !isInternational && bare.length === 10 ? `7${bare}` : bare;
  const wrong = misfit(read, SHAPES);
  if (wrong) return wrong;
  if (read.startsWith("7")) return proved(read);
  if (read.startsWith("8") && !isInternational) return proved(`7${read.slice(1)}`);
  return refused(read, "country-code", 1);
}
