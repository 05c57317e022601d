//! Which position of a canonical row means what.

/// A semantic type that a matcher can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the semantic type of that name")]
pub enum Meaning {
    FirstName,
    LastName,
    FullName,
    Email,
    Phone,
    Organisation,
    Domain,
    Website,
    Street,
    City,
    Postcode,
    Region,
    Country,
    BirthDate,
    TaxId,
    ExternalId,
}

impl Meaning {
    /// Reads the name that the field table uses.
    #[must_use]
    pub fn from_kind(kind: &str) -> Option<Self> {
        Some(match kind {
            "first-name" => Self::FirstName,
            "last-name" => Self::LastName,
            "full-name" => Self::FullName,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "organisation" => Self::Organisation,
            "domain" => Self::Domain,
            "website" => Self::Website,
            "street" => Self::Street,
            "city" => Self::City,
            "postcode" => Self::Postcode,
            "region" => Self::Region,
            "country" => Self::Country,
            "birth-date" => Self::BirthDate,
            "tax-id" => Self::TaxId,
            "external-id" => Self::ExternalId,
            _ => return None,
        })
    }
}

/// One field of the schema, as far as a matcher cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name: two external ids are compared only under the same name.
    pub name: String,
    /// What it means; nothing where a matcher cannot use it.
    pub meaning: Option<Meaning>,
}

/// The canonical schema, in the order of its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    columns: Vec<Column>,
}

impl Schema {
    /// From names and semantic types, in order.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let column = |(name, kind): (&str, &str)| Column {
            name: name.to_owned(),
            meaning: Meaning::from_kind(kind),
        };
        Self {
            columns: fields.into_iter().map(column).collect(),
        }
    }

    /// Whether there is a field of any of these meanings.
    #[must_use]
    pub fn has_any(&self, meanings: &[Meaning]) -> bool {
        self.columns.iter().any(|column| {
            column
                .meaning
                .is_some_and(|meaning| meanings.contains(&meaning))
        })
    }

    /// A row's texts under their meaning.
    #[must_use]
    pub fn view<'a>(&'a self, row: &'a [Option<String>]) -> View<'a> {
        View { schema: self, row }
    }
}

/// A row read by meaning.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    schema: &'a Schema,
    row: &'a [Option<String>],
}

impl<'a> View<'a> {
    /// All values of a meaning that say something, with their field's name.
    pub fn all(self, meaning: Meaning) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.schema
            .columns
            .iter()
            .zip(self.row)
            .filter(move |(column, _)| column.meaning == Some(meaning))
            .filter_map(|(column, value)| Some((column.name.as_str(), value.as_deref()?)))
            .filter(|(_, text)| !text.trim().is_empty())
    }

    /// The first value of a meaning.
    #[must_use]
    pub fn first(self, meaning: Meaning) -> Option<&'a str> {
        self.all(meaning)
            .map(|(_, text)| text)
            .find(|text| !crate::text::is_placeholder(text))
    }

    /// All values of a meaning, joined: number and street in two fields.
    #[must_use]
    pub fn joined(self, meaning: Meaning) -> Option<String> {
        let texts: Vec<&str> = self.all(meaning).map(|(_, text)| text.trim()).collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}
