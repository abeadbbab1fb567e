import { type Face, born, save } from "./face.ts";
import type { CustomerRecord } from "./records.ts";
import type { CreateCustomer } from "./request-shapes.ts";
import { missing } from "./stripe-error.ts";
import { tell } from "./events.ts";

/** `POST /v1/customers` */
export function makeCustomer(face: Face, order: CreateCustomer, key?: string): CustomerRecord {
  const { email, name, description } = order;
  const customer = save(face, "created", {
    ...born(face, "cus"),
    object: "customer",
    email,
    name,
    description,
    metadata: order.metadata ?? {},
    deleted: false,
  });
  tell(face, "customer.created", customer, key);
  return customer;
}

/** A customer named by a parameter; throws 400 when there is none or it was deleted. */
export function namedCustomer(face: Face, id: string): CustomerRecord {
  const customer = face.shelf.find("customer", id);
  if (!customer || customer.deleted) throw missing("customer", id, "customer", 400);
  return customer;
}

/** `DELETE /v1/customers/{id}`: its saved methods can never be charged again. */
export function deleteCustomer(face: Face, id: string): CustomerRecord {
  const customer = face.shelf.find("customer", id);
  if (!customer || customer.deleted) throw missing("customer", id, "id");
  for (const method of face.shelf.all("payment_method").values()) {
    if (method.customer === id) save(face, "detached", { ...method, customer: undefined, detached: true });
  }
  const gone = save(face, "deleted", { ...customer, deleted: true });
  tell(face, "customer.deleted", gone);
  return gone;
}
