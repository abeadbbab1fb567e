import { readFileSync } from "node:fs";
import path from "node:path";
import { DOMParser, type Element, onWarningStopParsing } from "@xmldom/xmldom";
import { gisGmp, type GisGmpSettings } from "../../../adapters/bill-sources/gis-gmp/gis-gmp.ts";
import type { Exchange, Transport } from "../../../adapters/bill-sources/gis-gmp/transport.ts";
import type { BillSource } from "../../../adapters/bill-sources/port.ts";
import { projectRoot } from "../../../scripts/checks/steps.ts";

const folder = path.join(projectRoot, "test/fixtures/gis-gmp");

/** A committed document of the protocol, e.g. `answers/empty.xml`. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(folder, name)));
}

export function fixtureText(name: string): string {
  return readFileSync(path.join(folder, name), "utf8");
}

/** What the registry was loaded with to give `answers/one-of-each.xml`. */
export function seededCharges(): readonly {
  readonly about: string;
  readonly charge: Readonly<Record<string, unknown>> & { readonly uin: string };
  readonly payments: readonly Readonly<Record<string, unknown>>[];
}[] {
  return JSON.parse(fixtureText("charges.json")) as ReturnType<typeof seededCharges>;
}

/** A document as plain data, without prefixes and without what differs each time: ids and the moment. */
export function comparable(document: string): unknown {
  return dataOf(
    new DOMParser({ onError: onWarningStopParsing }).parseFromString(document, "text/xml").documentElement,
  );
}

function dataOf(element: Element | null): unknown {
  if (element === null) return null;
  const changing = ["Id", "RqId", "timestamp"];
  const attributes = [...element.attributes]
    .filter(({ name }) => !name.startsWith("xmlns:") && !changing.includes(name))
    .map(({ name, value }) => [name, value]);
  const children = [...element.childNodes].filter(
    (node): node is Element => node.nodeType === node.ELEMENT_NODE,
  );
  return {
    name: `${element.namespaceURI ?? ""} ${element.localName ?? ""}`,
    attributes: Object.fromEntries(attributes) as unknown,
    inside: children.length === 0 ? (element.textContent ?? "").trim() : children.map(dataOf),
  };
}

export const PARTICIPANT = { sender: "aa11b4", role: "18" } as const;

/** As fast as it goes: no real registry is asked here. */
export const AT_ONCE = { perSecond: 100_000, atOnce: 4 } as const;

export const NEVER = new AbortController().signal;

/** A transport that answers from a list, and keeps what it was given. */
export function scripted(...answers: readonly (Exchange | ((request: string) => Exchange))[]) {
  const requests: string[] = [];
  const transport: Transport = {
    exchange: async (document) => {
      const request = new TextDecoder().decode(document);
      const next = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(request);
      if (next === undefined) throw new Error("nothing to answer with");
      return typeof next === "function" ? next(request) : next;
    },
  };
  return { transport, requests };
}

/** A committed answer, told to the request that comes. */
export function answering(name: string, change: (text: string) => string = (text) => text) {
  return (request: string): Exchange => {
    const id = / Id="([^"]+)"/.exec(request)?.[1] ?? "";
    const text = change(fixtureText(name).replace('RqId="R_1"', `RqId="${id}"`));
    return { kind: "answered", document: new TextEncoder().encode(text) };
  };
}

export function sourceOver(transport: Transport, change: Partial<GisGmpSettings> = {}): BillSource {
  return gisGmp({ transport, ...PARTICIPANT, limits: AT_ONCE, ...change });
}
