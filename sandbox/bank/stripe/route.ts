import type { z } from "zod";
import type { Operation } from "../fault-order.ts";
import type { Circumstances } from "./confirming.ts";
import type { Face } from "./face.ts";
import type { Group } from "./form.ts";
import { type Paging, listWire } from "./lists.ts";
import { readParameters } from "./parameters.ts";
import type { RecordOf, StripeKind, StripeRecord, Wire } from "./records.ts";
import { nothing } from "./request-shapes.ts";
import { missing } from "./stripe-error.ts";
import { toWire } from "./wire.ts";

/** A request that has passed authentication. */
export interface StripeCall extends Circumstances {
  /** The id in the path. */
  readonly id: string;
  /** The path, as a list names itself. */
  readonly path: string;
  readonly params: Group;
}

/** One operation of the API: what it reads, what it shows. `answer` never waits. */
export interface StripeRoute {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly operation: Operation;
  readonly gives: StripeKind;
  readonly list: boolean;
  /** Throws the refusal of wrong parameters; executes nothing. */
  readonly check: (params: Group) => { readonly expand?: readonly string[] };
  readonly answer: (face: Face, call: StripeCall) => Wire;
}

type Shape = z.ZodType<{ readonly expand?: readonly string[] }>;

/** A route that reads its parameters by `shape` and shows the object that `answer` gives. */
export function one<S extends Shape>(
  [method, path]: readonly [StripeRoute["method"], string],
  operation: Operation,
  gives: StripeKind,
  shape: S,
  answer: (face: Face, call: StripeCall, order: z.infer<S>) => StripeRecord,
): StripeRoute {
  return {
    method,
    path,
    operation,
    gives,
    list: false,
    check: (params) => readParameters(shape, params),
    answer: (face, call) => toWire(face, answer(face, call, readParameters(shape, call.params))),
  };
}

/** A list of everything of one kind that fits the query. */
export function list<
  K extends StripeKind,
  S extends z.ZodType<Paging & { readonly expand?: readonly string[] }>,
>(
  path: string,
  operation: Operation,
  gives: K,
  shape: S,
  fits: (row: RecordOf<K>, query: z.infer<S>) => boolean,
): StripeRoute {
  return {
    method: "GET",
    path,
    operation,
    gives,
    list: true,
    check: (params) => readParameters(shape, params),
    answer: (face, call) => {
      const query = readParameters(shape, call.params);
      const rows = [...face.shelf.all(gives).values()].filter((row) => fits(row, query));
      return listWire(face, call.path, query, rows);
    },
  };
}

/** A route that shows one object by its id, or 404. */
export function retrieve(path: string, operation: Operation, gives: StripeKind): StripeRoute {
  return one(["GET", path], operation, gives, nothing, (face, call) => {
    const record = face.shelf.find(gives, call.id);
    if (!record) throw missing(gives, call.id, "id");
    return record;
  });
}

/** True unless the filter is given and the value is another one. */
export function is(filter: string | undefined, value: string | undefined): boolean {
  return filter === undefined || filter === value;
}
