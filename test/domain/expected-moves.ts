/**
 * The tables of payment-rules §2.1, §3.1, §4.3, §7.1 and §13 once more, typed off the page and not from the code: `state event state`. A pair
 * that is not named here is no move.
 */
export const EXPECTED: Readonly<Record<string, string>> = {
  charge: `
    sending money-taken charged · challenged money-taken charged · pending money-taken charged · held money-taken charged · unknown money-taken charged
    sending payer-asked challenged · unknown payer-asked challenged · pending payer-asked challenged
    sending accepted pending · unknown accepted pending · challenged accepted pending
    sending reserved held · challenged reserved held · pending reserved held · unknown reserved held
    sending ended-without-money not-charged · challenged ended-without-money not-charged · pending ended-without-money not-charged
    held ended-without-money not-charged · unknown ended-without-money not-charged
    sending refused not-charged · sending unanswered unknown · unknown absence-proved not-charged
    unknown decided-charged charged · pending decided-charged charged · held decided-charged charged
    unknown decided-not-charged not-charged · pending decided-not-charged not-charged · held decided-not-charged not-charged
    not-charged money-taken charged · charged decided-not-charged not-charged`,
  refund: `
    requested gate-passed sending · requested withdrawn withdrawn
    sending accepted pending · sending returned done · sending refused refused · sending unanswered unknown · sending credentials-refused requested
    unknown gate-passed sending · unknown accepted pending · unknown returned done · unknown refused refused · unknown proved-absent requested
    pending returned done · pending refused refused · done refused refused · refused paid-by-other-road done`,
  payment: `
    scheduled gate-passed charging · scheduled gate-deferred scheduled · scheduled person-needed needs-payer
    scheduled stopped closed · scheduled deadline-passed closed · scheduled taken-over closed
    needs-payer stopped closed · needs-payer deadline-passed closed · needs-payer taken-over closed
    needs-payer person-acted scheduled
    charging not-charged-again scheduled · charging not-charged-ask needs-payer · charging not-charged-end closed
    charging money-kept paid · charging money-not-wanted returning
    charging stopped charging · charging deadline-passed charging
    closed money-kept paid · closed money-not-wanted returning · returning refunded-in-full closed
    scheduled money-kept paid · scheduled money-not-wanted returning
    needs-payer money-kept paid · needs-payer money-not-wanted returning`,
  bill: `
    owed amended owed · owed annulled annulled · paid-elsewhere annulled annulled
    annulled reinstated owed · paid-elsewhere reinstated owed
    owed nothing-due paid-elsewhere · owed echo owed · annulled nothing-due paid-elsewhere
    owed payment-accepted paid · annulled payment-accepted paid · paid-elsewhere payment-accepted paid
    paid annulled paid · paid overpaid paid · paid more-due owed
    owed merged merged · paid merged merged · paid-elsewhere merged merged · annulled merged merged`,
  mandate: `
    proposed consented active · proposed consent-lapsed ended
    active paused paused · active method-lost paused · paused resumed active
    paused paused paused · paused method-lost paused
    active edited active · paused edited paused
    active cancelled ended · paused cancelled ended · active revoked ended · paused revoked ended
    active expired ended · paused expired ended`,
  method: `
    binding confirmed active · active declared-unusable unusable · unusable confirmed active
    binding withdrawn withdrawn · active withdrawn withdrawn · unusable withdrawn withdrawn`,
  notification: `
    queued taken sending · queued dropped dropped · sending accepted accepted · sending refused-for-good bounced
    sending refused-for-now queued · sending unanswered queued · sending unanswered-again bounced · accepted bounced bounced`,
};
