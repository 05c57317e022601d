//! A prepared company: what comparing reads, and how it is kept as bytes.

use std::cell::LazyCell;

use treaty_evidence::bytes::{Malformed, Reader, Writer};
use treaty_evidence::counted::{Counted, Visit, place_of};
use treaty_evidence::external::{EXTERNALS_MAX, External};
use treaty_evidence::hash::{hash, hash_numbers};
use treaty_evidence::record::Term;
use treaty_evidence::street::Street;
use treaty_evidence::text::Text;

/// Changed whenever the bytes mean something else.
pub const FEATURES_VERSION: u8 = 1;

/// How many words of a name are compared.
pub const WORDS_MAX: usize = 6;
/// How many domains.
pub const DOMAINS_MAX: usize = 3;
/// How many phone numbers.
pub const PHONES_MAX: usize = 3;

/// A registrable domain.
#[derive(Clone, Copy, Debug, Default)]
pub struct Domain {
    /// Of the whole.
    pub hash: u64,
    /// Of the name somebody chose, without the ending.
    pub label: u64,
}

/// A prepared company. Empty texts and zero hashes stand for "not known".
#[derive(Clone, Copy, Debug, Default)]
pub struct Company {
    /// The name without its legal form, words joined.
    pub name: Counted<Text<40>>,
    /// Its words.
    pub words: [Counted<Text<16>>; WORDS_MAX],
    /// Its first letters, where it has three words or more.
    pub acronym: Text<8>,
    /// Domains of website and e-mail addresses.
    pub domains: [Counted<Domain>; DOMAINS_MAX],
    /// The last nine digits of phone numbers.
    pub phones: [Counted<u64>; PHONES_MAX],
    /// Where it is.
    pub street: Counted<Street>,
    /// The city.
    pub city: Counted<Text<24>>,
    /// The postcode.
    pub postcode: Counted<Text<12>>,
    /// The tax id.
    pub tax: Text<20>,
    /// Ids in other systems.
    pub externals: [External; EXTERNALS_MAX],
}

fn text_hash(label: &str, text: &[u8]) -> u64 {
    if text.is_empty() {
        0
    } else {
        hash(label, &[text])
    }
}

impl Company {
    /// The terms that the host counts, in the order in which the counts come
    /// back. Remembers which count belongs to which value.
    #[must_use]
    pub fn terms(&mut self) -> Vec<Term> {
        let mut terms = Vec::new();
        self.each_term(&mut |place, term| {
            terms.push(term());
            *place = place_of(terms.len());
        });
        terms
    }

    /// Remembers which count belongs to which value, as [`Company::terms`] does.
    fn find_places(&mut self) {
        let mut terms = 0;
        self.each_term(&mut |place, _| {
            terms += 1;
            *place = place_of(terms);
        });
    }

    fn each_term(&mut self, visit: &mut Visit<'_>) {
        let whole = self.name.value;
        let witness = LazyCell::new(|| text_hash("witness", whole.as_bytes()));
        let witness = &|| *witness;
        self.name.list(
            is_text,
            |name| text_hash("company", name.as_bytes()),
            &|| 0,
            visit,
        );
        for word in &mut self.words {
            let hash = |word: &Text<_>| text_hash("company word", word.as_bytes());
            word.list(is_text, hash, witness, visit);
        }
        for domain in &mut self.domains {
            domain.list(
                |domain| domain.hash != 0,
                |domain| domain.hash,
                witness,
                visit,
            );
        }
        for phone in &mut self.phones {
            let hash = |tail: &u64| hash_numbers("phone", &[*tail]);
            phone.list(|tail| *tail != 0, hash, witness, visit);
        }
        self.street
            .list(|street| is_text(&street.name), street_hash, witness, visit);
        let city = |city: &Text<24>| text_hash("city", city.as_bytes());
        self.city.list(is_text, city, witness, visit);
        let postcode = |postcode: &Text<12>| text_hash("postcode", postcode.as_bytes());
        self.postcode.list(is_text, postcode, witness, visit);
    }

    /// The bytes that the host keeps.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(FEATURES_VERSION);
        writer.text(&self.name.value);
        for word in &self.words {
            writer.text(&word.value);
        }
        writer.text(&self.acronym);
        let domains: Vec<u64> = self
            .domains
            .iter()
            .flat_map(|domain| [domain.value.hash, domain.value.label])
            .collect();
        writer.numbers(&domains);
        writer.numbers(&self.phones.map(|phone| phone.value));
        writer.number(u64::from(self.street.value.number));
        writer.text(&self.street.value.name);
        writer.text(&self.city.value);
        writer.text(&self.postcode.value);
        writer.text(&self.tax);
        let externals: Vec<u64> = self
            .externals
            .iter()
            .flat_map(|external| [external.name, external.value])
            .collect();
        writer.numbers(&externals);
        writer.finish()
    }

    /// Reads the bytes back.
    ///
    /// # Errors
    /// [`Malformed`] where another version wrote them.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != FEATURES_VERSION {
            return Err(Malformed);
        }
        let mut company = Self::default();
        company.name.value = reader.text()?;
        for word in &mut company.words {
            word.value = reader.text()?;
        }
        company.acronym = reader.text()?;
        let mut domains = [0; DOMAINS_MAX * 2];
        reader.fill(&mut domains)?;
        for (domain, pair) in company.domains.iter_mut().zip(domains.chunks(2)) {
            domain.value = Domain {
                hash: pair[0],
                label: pair[1],
            };
        }
        let mut phones = [0; PHONES_MAX];
        reader.fill(&mut phones)?;
        for (phone, tail) in company.phones.iter_mut().zip(phones) {
            phone.value = tail;
        }
        company.street.value.number = u32::try_from(reader.number()?).map_err(|_| Malformed)?;
        company.street.value.name = reader.text()?;
        company.city.value = reader.text()?;
        company.postcode.value = reader.text()?;
        company.tax = reader.text()?;
        let mut externals = [0; EXTERNALS_MAX * 2];
        reader.fill(&mut externals)?;
        for (external, pair) in company.externals.iter_mut().zip(externals.chunks(2)) {
            *external = External {
                name: pair[0],
                value: pair[1],
            };
        }
        reader.end()?;
        company.find_places();
        Ok(company)
    }
}

fn is_text<const N: usize>(text: &Text<N>) -> bool {
    !text.is_empty()
}

fn street_hash(street: &Street) -> u64 {
    hash(
        "street",
        &[&street.number.to_le_bytes(), street.name.as_bytes()],
    )
}
