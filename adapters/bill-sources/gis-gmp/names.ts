import type { XmlElement } from "./xml.ts";

/** Versions of the format that this adapter was written for; they differ in nothing that it reads. */
export const FORMAT_VERSIONS = ["2.1.1", "2.2.0"] as const;

export type FormatVersion = (typeof FORMAT_VERSIONS)[number];

/** Schemas of the registry by the short names that its manuals use. */
type Schema = "Common" | "Charge" | "Organization" | "SearchConditions" | "NoticeCharge";
type Service = "export-charges" | "ExportNotice";

/** The address of a schema's namespace. */
export function schemaAddress(schema: Schema, version: FormatVersion): string {
  return `http://roskazna.ru/gisgmp/xsd/${schema}/${version}`;
}

/** The address of a service's namespace. */
export function serviceAddress(service: Service, version: FormatVersion): string {
  return `urn://roskazna.ru/gisgmp/xsd/services/${service}/${version}`;
}

/** Namespace of the interdepartmental exchange in which refusals of a whole request are told. */
export const EXCHANGE_ADDRESS = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.1";

/** The children of one name in one namespace, in document order. */
export function childrenOf(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name && child.namespace === namespace);
}

/** The first such child. */
export function childOf(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name && child.namespace === namespace);
}
