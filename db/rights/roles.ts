/** Who acts for a person, in a request of theirs: reaches their rows and no others. */
export const PERSON_ROLE = "kvitok_person";
/** The engine, its operators' desk and the doors of billers and gateways: reaches every row and changes no table. */
export const ENGINE_ROLE = "kvitok_engine";
