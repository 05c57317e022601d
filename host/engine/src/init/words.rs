//! What names of sources and own fields mean, in English, German and a little
//! French and Spanish.

/// What an own field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It says something about the thing.
    Field,
    /// It says when the record was changed.
    Updated,
    /// It says who changed it.
    Actor,
    /// It says when the record was made: bookkeeping of its system.
    Created,
}

/// An idea that has a name of its own in every language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Concept {
    /// The canonical name.
    pub(super) name: &'static str,
    /// The semantic type; empty: what the values say.
    pub(super) semantic: &'static str,
    pub(super) role: Role,
    words: &'static str,
}

const fn field(name: &'static str, semantic: &'static str, words: &'static str) -> Concept {
    Concept {
        name,
        semantic,
        role: Role::Field,
        words,
    }
}

const fn role(name: &'static str, role: Role, words: &'static str) -> Concept {
    Concept {
        name,
        semantic: "instant",
        role,
        words,
    }
}

/// Words stand in lower case and without anything but letters and digits.
const FIELDS: &[Concept] = &[
    field(
        "first_name",
        "first-name",
        "firstname first givenname forename vorname rufname prenom nombre",
    ),
    field(
        "last_name",
        "last-name",
        "lastname last surname familyname nachname familienname zuname nom apellido apellidos",
    ),
    field(
        "full_name",
        "full-name",
        "fullname contactname personname ansprechpartner",
    ),
    field("name", "", "name bezeichnung"),
    field(
        "email",
        "email",
        "email mail emailaddress mailaddress emailadresse mailadresse courriel correo",
    ),
    field(
        "mobile",
        "phone",
        "mobile mobilephone mobilenumber cell cellphone handy handynummer mobil mobiltelefon \
         mobilnummer portable movil",
    ),
    field("fax", "phone", "fax faxnumber faxnummer telefax"),
    field(
        "phone",
        "phone",
        "phone telephone tel phonenumber telefon telefonnummer rufnummer fon telefono",
    ),
    field(
        "company",
        "organisation",
        "company companyname organisation organization firma firmenname unternehmen account \
         accountname empresa societe",
    ),
    field("domain", "domain", "domain domaine domaenenname"),
    field(
        "website",
        "website",
        "website web url homepage webseite internet internetseite siteweb",
    ),
    field(
        "street",
        "street",
        "street address address1 addressline1 streetaddress strasse anschrift adresse \
         mailingstreet billingstreet rue calle",
    ),
    field(
        "postcode",
        "postcode",
        "postcode zip zipcode postalcode plz postleitzahl codepostal mailingpostalcode \
         billingpostalcode",
    ),
    field(
        "city",
        "city",
        "city town ort stadt wohnort ville ciudad mailingcity billingcity",
    ),
    field(
        "region",
        "region",
        "region province bundesland kanton mailingstate billingstate",
    ),
    field(
        "country",
        "country",
        "country countrycode land laendercode staat pays pais mailingcountry \
         mailingcountrycode billingcountry billingcountrycode",
    ),
    field(
        "birth_date",
        "birth-date",
        "birthdate birthday dateofbirth dob geburtsdatum geburtstag",
    ),
    field(
        "job_title",
        "text",
        "jobtitle title position funktion stellung beruf",
    ),
    field("salutation", "choice", "salutation anrede"),
    field(
        "vat_id",
        "tax-id",
        "vatid vat taxid ustid ustidnr umsatzsteuerid steuernummer",
    ),
    field(
        "customer_number",
        "external-id",
        "customernumber customerno kundennummer kundennr kdnr",
    ),
    field(
        "sku",
        "external-id",
        "sku articlenumber productnumber productcode artikelnummer artikelnr artnr",
    ),
    field(
        "order_number",
        "external-id",
        "ordernumber orderno bestellnummer auftragsnummer",
    ),
    field("price", "money", "price unitprice preis einzelpreis"),
    field("amount", "money", "amount total betrag summe gesamtbetrag"),
    field(
        "revenue",
        "money",
        "revenue annualrevenue umsatz jahresumsatz",
    ),
    field(
        "employees",
        "number",
        "employees numberofemployees mitarbeiter mitarbeiterzahl",
    ),
    field(
        "quantity",
        "number",
        "quantity qty menge anzahl stock bestand",
    ),
    field("status", "choice", "status zustand"),
    field("industry", "choice", "industry branche"),
    field("language", "choice", "language sprache"),
    field("description", "text", "description beschreibung"),
    field(
        "remarks",
        "text",
        "notes note comment comments remarks notizen notiz bemerkung",
    ),
    field(
        "customer_since",
        "date",
        "customersince kundeseit becamecustomer",
    ),
    role(
        "updated",
        Role::Updated,
        "updated updatedat modified modifiedat lastmodified lastmodifieddate lastmodifiedat \
         changedat geaendert geaendertam aenderungsdatum",
    ),
    role(
        "actor",
        Role::Actor,
        "modifiedby updatedby lastmodifiedby changedby geaendertvon bearbeiter",
    ),
    role(
        "created",
        Role::Created,
        "created createdat createddate createdon angelegt angelegtam erstellt erstelltam",
    ),
];

/// Kinds of records: canonical name, matcher, and words in singular and plural.
const ENTITIES: &[(&str, &str, &str)] = &[
    (
        "contact",
        "match-people",
        "contact contacts person persons people human humans lead leads kontakt kontakte \
         personen ansprechpartner mitglied mitglieder member members",
    ),
    (
        "company",
        "match-companies",
        "company companies account accounts organisation organisations organization \
         organizations firma firmen unternehmen",
    ),
    (
        "customer",
        "match-people",
        "customer customers client clients kunde kunden",
    ),
    (
        "product",
        "match-things",
        "product products article articles item items artikel produkt produkte",
    ),
    (
        "order",
        "match-things",
        "order orders bestellung bestellungen auftrag auftraege",
    ),
    (
        "deal",
        "match-things",
        "deal deals opportunity opportunities verkaufschance",
    ),
    (
        "ticket",
        "match-things",
        "ticket tickets case cases anfrage anfragen",
    ),
    (
        "invoice",
        "match-things",
        "invoice invoices rechnung rechnungen",
    ),
];

/// A name without case, accents and anything but letters and digits.
pub(super) fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'é' | 'è' | 'ê' => plain.push('e'),
            'á' | 'à' | 'â' => plain.push('a'),
            'í' | 'î' => plain.push('i'),
            'ó' | 'ô' => plain.push('o'),
            'ú' | 'û' => plain.push('u'),
            'ñ' => plain.push('n'),
            'ç' => plain.push('c'),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ => {}
        }
    }
    plain
}

/// What an own field's name means, if it is known.
pub(super) fn concept(name: &str) -> Option<&'static Concept> {
    let plain = plain(name);
    let says = |concept: &&Concept| concept.words.split_whitespace().any(|word| word == plain);
    FIELDS.iter().find(says)
}

/// The kind of record that a source's name means: canonical name and matcher.
pub(super) fn entity(source: &str) -> Option<(&'static str, &'static str)> {
    let plain = plain(without_schema(source));
    let says = |words: &str| words.split_whitespace().any(|word| word == plain);
    let found = ENTITIES.iter().find(|(_, _, words)| says(words));
    found.map(|(name, matcher, _)| (*name, *matcher))
}

/// `public.person` as `person`, `people.txt` as `people`.
pub(super) fn without_schema(source: &str) -> &str {
    match source.rsplit_once('.') {
        Some((name, "csv" | "tsv" | "txt")) => name,
        Some((_, name)) => name,
        None => source,
    }
}

/// A name as a field table and a treaty can hold it.
pub(super) fn as_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for letter in text.trim().chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_alphanumeric() => name.push(letter),
            _ if name.is_empty() || name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_end_matches('_');
    if name.is_empty() { "field" } else { name }.to_owned()
}

/// How alike two names are, from 0 to 1: the share of their pairs of letters
/// that both have (Dice).
pub(super) fn likeness(left: &str, right: &str) -> f64 {
    let (left, right) = (plain(left), plain(right));
    if left == right {
        return 1.0;
    }
    let pairs = |text: &str| -> Vec<(char, char)> {
        let letters: Vec<char> = text.chars().collect();
        letters.windows(2).map(|two| (two[0], two[1])).collect()
    };
    let (left, mut right) = (pairs(&left), pairs(&right));
    let all = left.len() + right.len();
    let mut both = 0;
    for pair in left {
        if let Some(at) = right.iter().position(|other| *other == pair) {
            right.swap_remove(at);
            both += 2;
        }
    }
    if all == 0 {
        0.0
    } else {
        both as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_same_in_every_language() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(
                concept(name).map(|concept| concept.name),
                expected,
                "{name}"
            );
        };
        check("E-Mail", Some("email"));
        check("Straße", Some("street"));
        check("MailingPostalCode", Some("postcode"));
        check("Prénom", Some("first_name"));
        check("LastModifiedDate", Some("updated"));
        check("points", None);
    }

    #[test]
    fn no_word_means_two_things() {
        let mut words: Vec<&str> = Vec::new();
        words.extend(
            FIELDS
                .iter()
                .flat_map(|concept| concept.words.split_whitespace()),
        );
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }

    #[test]
    fn likeness_is_by_pairs_of_letters() {
        let check = |left, right, expected: f64| {
            assert!(
                (likeness(left, right) - expected).abs() < 0.01,
                "{left} {right}"
            );
        };
        check("Lead Score", "lead_score", 1.0);
        check("night", "nacht", 0.25);
        check("a", "b", 0.0);
    }
}
