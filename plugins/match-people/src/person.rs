//! A prepared person: what comparing reads, and how it is kept as bytes.

use std::cell::LazyCell;

use treaty_evidence::bytes::{Malformed, Reader, Writer};
use treaty_evidence::counted::{Counted, Visit, place_of};
use treaty_evidence::date::Day;
use treaty_evidence::external::{EXTERNALS_MAX, External};
use treaty_evidence::hash::{hash, hash_numbers};
use treaty_evidence::record::Term;
use treaty_evidence::street::Street;
use treaty_evidence::text::Text;

/// Changed whenever the bytes mean something else.
pub const FEATURES_VERSION: u8 = 1;

/// How many e-mail addresses of a record are compared.
pub const MAILS_MAX: usize = 3;
/// How many phone numbers.
pub const PHONES_MAX: usize = 4;
/// How many names besides first and last.
pub const OTHERS_MAX: usize = 6;
/// How many full names a first name can stand for, itself included.
pub const FORMALS_MAX: usize = 4;

/// An e-mail address.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mail {
    /// Of the whole address.
    pub hash: u64,
    /// The registrable domain, without dots.
    pub domain: Text<24>,
    /// The letters and digits before the at sign.
    pub local: Text<32>,
    /// A function's address.
    pub role: bool,
    /// At a provider where anybody has addresses.
    pub free: bool,
    /// Made from the person's own name.
    pub from_name: bool,
    /// Carries a number, which makes it less likely to be somebody else's too.
    pub numbered: bool,
}

/// A phone number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number {
    /// Its last nine digits.
    pub tail: u64,
    /// All digits, where the country is known.
    pub full: u64,
}

/// An organisation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Organisation {
    /// Its words joined.
    pub name: Text<40>,
    /// A hash of each word, sorted; zero where there is none.
    pub words: [u64; 4],
}

/// A prepared person. Empty texts and zero hashes stand for "not known".
#[derive(Clone, Copy, Debug, Default)]
pub struct Person {
    /// The first given name.
    pub first: Counted<Text<16>>,
    /// Hashes of what the first name can stand for, itself first.
    pub formals: [u64; FORMALS_MAX],
    /// The family name.
    pub last: Counted<Text<24>>,
    /// Its hash, as [`Person::others`] has it.
    pub last_hash: u64,
    /// Hashes of all other names.
    pub others: [u64; OTHERS_MAX],
    /// Junior, senior, the third.
    pub generation: u8,
    /// E-mail addresses.
    pub mails: [Counted<Mail>; MAILS_MAX],
    /// Phone numbers.
    pub phones: [Counted<Number>; PHONES_MAX],
    /// Where they work.
    pub company: Counted<Organisation>,
    /// The organisation's domain.
    pub domain: Counted<u64>,
    /// Where they are.
    pub street: Counted<Street>,
    /// The city.
    pub city: Counted<Text<24>>,
    /// The postcode.
    pub postcode: Counted<Text<12>>,
    /// When they were born.
    pub birth: Counted<Day>,
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

fn is_text<const N: usize>(text: &Text<N>) -> bool {
    !text.is_empty()
}

fn street_hash(street: &Street) -> u64 {
    hash(
        "street",
        &[&street.number.to_le_bytes(), street.name.as_bytes()],
    )
}

/// The hash of a name as [`Person::others`] and [`Person::formals`] have it.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    hash("name", &[name.as_bytes()])
}

impl Person {
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

    /// Remembers which count belongs to which value, as [`Person::terms`] does.
    fn find_places(&mut self) {
        let mut terms = 0;
        self.each_term(&mut |place, _| {
            terms += 1;
            *place = place_of(terms);
        });
    }

    fn each_term(&mut self, visit: &mut Visit<'_>) {
        let surname = self.last.value;
        let witness = LazyCell::new(|| text_hash("surname", surname.as_bytes()));
        let witness = &|| *witness;
        let given = if self.formals[1] == 0 {
            self.formals[0]
        } else {
            self.formals[1]
        };
        let first = |_: &_| hash_numbers("first", &[given]);
        self.first.list(|_| given != 0, first, witness, visit);
        self.last.list(
            is_text,
            |last| text_hash("last", last.as_bytes()),
            &|| given,
            visit,
        );
        for mail in &mut self.mails {
            let hash = |mail: &Mail| hash_numbers("email", &[mail.hash]);
            mail.list(|mail| mail.hash != 0, hash, witness, visit);
        }
        for phone in &mut self.phones {
            let hash = |phone: &Number| hash_numbers("phone", &[phone.tail]);
            phone.list(|phone| phone.tail != 0, hash, witness, visit);
        }
        let company = |company: &Organisation| text_hash("company", company.name.as_bytes());
        self.company
            .list(|company| is_text(&company.name), company, witness, visit);
        let domain = |domain: &u64| hash_numbers("domain", &[*domain]);
        self.domain
            .list(|domain| *domain != 0, domain, witness, visit);
        self.street
            .list(|street| is_text(&street.name), street_hash, witness, visit);
        let city = |city: &Text<24>| text_hash("city", city.as_bytes());
        self.city.list(is_text, city, witness, visit);
        let postcode = |postcode: &Text<12>| text_hash("postcode", postcode.as_bytes());
        self.postcode.list(is_text, postcode, witness, visit);
        let birth = |day: &Day| hash_numbers("birth", &[day_number(*day)]);
        self.birth
            .list(|day| day_number(*day) != 0, birth, witness, visit);
    }

    /// The bytes that the host keeps.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(FEATURES_VERSION);
        writer.text(&self.first.value);
        writer.numbers(&self.formals);
        writer.text(&self.last.value);
        writer.number(self.last_hash);
        writer.numbers(&self.others);
        writer.byte(self.generation);
        let mails: Vec<&Mail> = self
            .mails
            .iter()
            .map(|mail| &mail.value)
            .filter(|mail| mail.hash != 0)
            .collect();
        writer.byte(mails.len() as u8);
        for mail in mails {
            writer.number(mail.hash);
            writer.text(&mail.domain);
            writer.text(&mail.local);
            let flags = [mail.role, mail.free, mail.from_name, mail.numbered];
            writer.byte(
                flags
                    .iter()
                    .rev()
                    .fold(0, |bits, flag| bits << 1 | u8::from(*flag)),
            );
        }
        let phones: Vec<u64> = self
            .phones
            .iter()
            .flat_map(|phone| [phone.value.tail, phone.value.full])
            .collect();
        writer.numbers(&phones);
        writer.text(&self.company.value.name);
        writer.numbers(&self.company.value.words);
        writer.number(self.domain.value);
        writer.number(u64::from(self.street.value.number));
        writer.text(&self.street.value.name);
        writer.text(&self.city.value);
        writer.text(&self.postcode.value);
        writer.number(day_number(self.birth.value));
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
        let mut person = Self::default();
        person.first.value = reader.text()?;
        reader.fill(&mut person.formals)?;
        person.last.value = reader.text()?;
        person.last_hash = reader.number()?;
        reader.fill(&mut person.others)?;
        person.generation = reader.byte()?;
        let mails = usize::from(reader.byte()?);
        for mail in person.mails.get_mut(..mails).ok_or(Malformed)? {
            mail.value = decode_mail(&mut reader)?;
        }
        let mut phones = [0; PHONES_MAX * 2];
        reader.fill(&mut phones)?;
        for (phone, pair) in person.phones.iter_mut().zip(phones.chunks(2)) {
            phone.value = Number {
                tail: pair[0],
                full: pair[1],
            };
        }
        person.company.value.name = reader.text()?;
        reader.fill(&mut person.company.value.words)?;
        person.domain.value = reader.number()?;
        person.street.value.number = u32::try_from(reader.number()?).map_err(|_| Malformed)?;
        person.street.value.name = reader.text()?;
        person.city.value = reader.text()?;
        person.postcode.value = reader.text()?;
        person.birth.value = number_day(reader.number()?);
        person.tax = reader.text()?;
        let mut externals = [0; EXTERNALS_MAX * 2];
        reader.fill(&mut externals)?;
        for (external, pair) in person.externals.iter_mut().zip(externals.chunks(2)) {
            *external = External {
                name: pair[0],
                value: pair[1],
            };
        }
        reader.end()?;
        person.find_places();
        Ok(person)
    }
}

fn decode_mail(reader: &mut Reader<'_>) -> Result<Mail, Malformed> {
    let mut mail = Mail {
        hash: reader.number()?,
        domain: reader.text()?,
        local: reader.text()?,
        ..Mail::default()
    };
    let flags = reader.byte()?;
    let flag = |at: u8| flags >> at & 1 == 1;
    (mail.role, mail.free, mail.from_name, mail.numbered) = (flag(0), flag(1), flag(2), flag(3));
    Ok(mail)
}

/// A day as a number, zero where it is not known.
#[must_use]
pub fn day_number(day: Day) -> u64 {
    u64::from(day.year) << 16 | u64::from(day.month) << 8 | u64::from(day.day)
}

fn number_day(number: u64) -> Day {
    Day {
        year: (number >> 16) as u16,
        month: (number >> 8) as u8,
        day: number as u8,
    }
}
