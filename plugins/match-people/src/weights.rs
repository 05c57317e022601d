//! The shipped weights, each with its name in the configuration.

treaty_evidence::weights! {
    /// The most that a first name proves.
    first_max, "first-max", 10.5;
    /// Less than an equal first name: a nickname.
    first_nickname, "first-nickname", -1.2;
    /// Less than an equal first name: it is the other's middle name.
    first_middle, "first-middle", -3.0;
    /// Less than an equal first name: one letter off, or very alike.
    first_close, "first-close", -3.0;
    /// An initial that fits.
    first_initial, "first-initial", 1.5;
    /// First names that are somewhat alike.
    first_alike, "first-alike", -0.8;
    /// First names that differ.
    first_conflict, "first-conflict", -4.5;
    /// The most that a last name proves.
    last_max, "last-max", 12.0;
    /// Less than equal names: first and last are swapped.
    swapped, "swapped", -2.0;
    /// Less than an equal last name: part of a double name, or among the other's names.
    last_part, "last-part", -3.0;
    /// Less than an equal last name: one letter off, or very alike.
    last_close, "last-close", -3.5;
    /// Last names that are somewhat alike.
    last_alike, "last-alike", -0.8;
    /// Last names that differ.
    last_conflict, "last-conflict", -5.0;
    /// Both names differ: less than the two together, which go wrong together.
    names_conflict, "names-conflict", -8.0;
    /// Junior and senior.
    generation_conflict, "generation-conflict", -6.0;
    /// The most that an e-mail address proves.
    email_max, "email-max", 16.0;
    /// Less than an equal address: a typing error in the same domain.
    email_close, "email-close", -4.0;
    /// The same local part, not made from the name, elsewhere.
    email_local, "email-local", 6.0;
    /// Two personal addresses in one domain that are not alike.
    email_conflict, "email-conflict", -3.0;
    /// Two addresses at providers for private people.
    email_free_conflict, "email-free-conflict", -3.0;
    /// The most that a phone number proves.
    phone_max, "phone-max", 13.0;
    /// Less than an equal number: one digit off.
    phone_close, "phone-close", -4.0;
    /// Phone numbers that differ.
    phone_conflict, "phone-conflict", -1.1;
    /// The most that organisation and place together prove.
    place_max, "place-max", 10.0;
    /// The most that the address of a home proves.
    home_max, "home-max", 13.0;
    /// Company, domain, address: nothing in common.
    place_conflict, "place-conflict", -4.5;
    /// The same birth date at most.
    birth_max, "birth-max", 14.0;
    /// Less than an equal birth date: one digit off, or day and month swapped.
    birth_slip, "birth-slip", -3.0;
    /// Two of year, month and day agree.
    birth_parts, "birth-parts", 3.0;
    /// About a year apart.
    birth_near, "birth-near", 1.0;
    /// Hardly anything of the birth date agrees.
    birth_distant, "birth-distant", -0.5;
    /// Birth dates that differ.
    birth_conflict, "birth-conflict", -4.5;
    /// The same tax id.
    tax_equal, "tax-equal", 18.0;
    /// Tax ids one character apart.
    tax_close, "tax-close", 9.0;
    /// Tax ids that differ.
    tax_conflict, "tax-conflict", -3.0;
    /// The same id in another system.
    external_equal, "external-equal", 30.0;
    /// Different ids in the same other system.
    external_conflict, "external-conflict", -8.0;
}
