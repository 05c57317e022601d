//! The shipped weights, each with its name in the configuration.

treaty_evidence::weights! {
    /// The most that a name proves.
    name_max, "name-max", 14.0;
    /// One name is the other's acronym.
    name_acronym, "name-acronym", 4.0;
    /// Names that differ.
    name_conflict, "name-conflict", -7.0;
    /// The most that a domain proves.
    domain_max, "domain-max", 13.0;
    /// The same domain under another country or ending.
    domain_label, "domain-label", 6.0;
    /// Domains that differ.
    domain_conflict, "domain-conflict", -2.5;
    /// The most that a phone number proves.
    phone_max, "phone-max", 10.0;
    /// Less than an equal number: one digit off.
    phone_close, "phone-close", -4.0;
    /// Phone numbers that differ.
    phone_conflict, "phone-conflict", -0.7;
    /// The most that an address proves.
    address_max, "address-max", 11.0;
    /// Addresses that differ.
    address_conflict, "address-conflict", -3.5;
    /// The same tax id.
    tax_equal, "tax-equal", 18.0;
    /// Tax ids one character apart.
    tax_close, "tax-close", 6.0;
    /// Tax ids that differ.
    tax_conflict, "tax-conflict", -6.0;
    /// The same id in another system.
    external_equal, "external-equal", 30.0;
    /// Different ids in the same other system.
    external_conflict, "external-conflict", -8.0;
}
