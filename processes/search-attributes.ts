import type { NativeConnection } from "@temporalio/worker";
import proto from "@temporalio/proto";
import { searchAttributes } from "../workflows/messages.ts";

const { IndexedValueType } = proto.temporal.api.enums.v1;

/** What each attribute is; opaque ids and closed lists only, they are not encrypted (architecture, "What a payment may cost"). */
const wanted: Readonly<Record<string, number>> = {
  [searchAttributes.payer]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.biller]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.category]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.gateway]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  [searchAttributes.due]: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  [searchAttributes.attention]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
};

const ALREADY_EXISTS = 6;

/**
 * Makes the search attributes of a namespace; what is there already stays.
 *
 * @throws when one is there with another type: adding it again would be accepted silently and then not work
 */
export async function registerSearchAttributes(
  connection: Pick<NativeConnection, "operatorService">,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, number> = {};
  for (const [name, type] of Object.entries(wanted)) {
    const present = customAttributes?.[name];
    if (present === undefined || present === null) missing[name] = type;
    else if ((present as number) !== type)
      throw new Error(`search attribute ${name} exists with another type`);
  }
  if (Object.keys(missing).length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  } catch (error) {
    if ((error as { code?: unknown }).code !== ALREADY_EXISTS) throw error;
  }
}
