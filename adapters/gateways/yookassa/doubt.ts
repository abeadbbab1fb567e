/** Something came and is no evidence. `alarm` where the vendor and we disagree; `objectId` where the object is surely ours and a look at it by its id may tell more. */
export type Doubt = {
  readonly kind: "unanswered";
  readonly detail: string;
  readonly alarm?: string;
  readonly objectId?: string;
};

/** The vendor shows what it should not: no evidence, and a person is to know of it. `detail` names codes and fields, never values. */
export function disagreeing(detail: string, objectId?: string): Doubt {
  return {
    kind: "unanswered",
    detail,
    alarm: `yookassa: ${detail}`,
    ...(objectId === undefined ? {} : { objectId }),
  };
}
