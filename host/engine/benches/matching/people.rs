//! Contacts of two CRMs, as many as are wanted, always the same ones: names by
//! Zipf, colleagues that share company, domain, street and switchboard, and the
//! other system's versions with what people change when they type again.

use treaty_model::{Population, Row, Setup, SetupField, SetupSystem, Value};

/// Name and semantic type of the fields.
const FIELDS: [(&str, &str); 8] = [
    ("first_name", "first-name"),
    ("last_name", "last-name"),
    ("email", "email"),
    ("phone", "phone"),
    ("company", "organisation"),
    ("street", "street"),
    ("city", "city"),
    ("postcode", "postcode"),
];

/// The two systems.
pub const SYSTEMS: [&str; 2] = ["crm", "desk"];

const FIRST_NAMES: u64 = 2_500;
const LAST_NAMES: u64 = 60_000;
const CITIES: u64 = 3_000;
const STREETS: u64 = 20_000;
/// How many people work for a company on average.
const COLLEAGUES: u64 = 6;

/// What the treaty says.
pub fn setup() -> Setup {
    let field = |(name, kind): (&str, &str)| SetupField {
        name: name.to_owned(),
        kind: kind.to_owned(),
        attributes: Vec::new(),
    };
    let system = |name: &str| SetupSystem {
        name: name.to_owned(),
        fields: Vec::new(),
        attributes: Vec::new(),
    };
    Setup {
        entity: "contact".to_owned(),
        canonical: FIELDS.map(field).into(),
        systems: SYSTEMS.map(system).into(),
        configuration: "{}".to_owned(),
        attributes: Vec::new(),
    }
}

/// The fields' names.
pub fn field_names() -> Vec<String> {
    FIELDS.map(|(name, _)| name.to_owned()).into()
}

/// What a matcher is told of so many records.
pub fn population(records: u64) -> Population {
    Population {
        records,
        pairs: (records / 2) * (records - records / 2),
        attributes: Vec::new(),
    }
}

/// Who a record is of, and in which system it is. Of three records two are one
/// person's, in both systems; the third is known in one system only.
pub fn who(record: u64) -> (u64, usize) {
    let group = record / 3;
    match record % 3 {
        2 => (2 * group + 1, (group % 2) as usize),
        system => (2 * group, system as usize),
    }
}

/// A record among so many.
pub fn row(record: u64, records: u64) -> Row {
    let (person, system) = who(record);
    let mut truth = Dice::new(person);
    let mut typing = Dice::new(record ^ 0x5eed << 40);
    let companies = records / COLLEAGUES + 1;
    let mut person = Person::roll(&mut truth, companies);
    if system == 1 {
        person.type_again(&mut typing, companies);
    }
    let texts = person.texts(&mut typing);
    texts.map(|text| text.map(Value::Text)).into()
}

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// A rank below `end`: the second is half as frequent as the first, the
    /// third a third.
    fn zipf(&mut self, end: u64) -> u64 {
        let share = (self.roll() >> 11) as f64 / (1_u64 << 53) as f64;
        ((end as f64).powf(share) as u64 - 1).min(end - 1)
    }
}

/// A word that belongs to a number.
fn word(kind: u64, number: u64, syllables: u64) -> String {
    const STARTS: [&str; 16] = [
        "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "w",
    ];
    const ENDS: [&str; 12] = [
        "a", "e", "i", "o", "u", "an", "el", "er", "in", "on", "ar", "is",
    ];
    let mut dice = Dice::new(kind << 48 | number);
    let mut text = String::new();
    for _ in 0..syllables {
        text.push_str(STARTS[dice.below(16) as usize]);
        text.push_str(ENDS[dice.below(12) as usize]);
    }
    text
}

struct Person {
    first: String,
    last: String,
    company: u64,
    /// One's own number at a free provider, where the address is not the
    /// company's.
    private: Option<u64>,
    phone: u64,
}

impl Person {
    fn roll(dice: &mut Dice, companies: u64) -> Self {
        let first = dice.zipf(FIRST_NAMES);
        let last = dice.zipf(LAST_NAMES);
        let company = dice.below(companies);
        let private = dice.percent(40).then(|| dice.below(9_000) + 10);
        let switchboard = dice.percent(20);
        let own = 1_500_000_000 + dice.below(400_000_000);
        Self {
            first: word(1, first, 2),
            last: word(2, last, 3),
            company,
            private,
            phone: if switchboard { phone_of(company) } else { own },
        }
    }

    /// What the other system's user typed.
    fn type_again(&mut self, dice: &mut Dice, companies: u64) {
        if dice.percent(8) {
            self.company = dice.below(companies);
        }
        if dice.percent(10) {
            self.first.truncate(1);
        }
        if dice.percent(6) {
            let at = 1 + dice.below(self.last.len() as u64 - 1) as usize;
            self.last.remove(at);
        }
        if dice.percent(15) {
            self.private = None;
        }
        if dice.percent(20) {
            self.phone = 300_000_000 + dice.below(90_000_000);
        }
    }

    fn texts(&self, dice: &mut Dice) -> [Option<String>; 8] {
        let company = self.company;
        let name = word(3, company, 3);
        let email = match self.private {
            Some(number) => format!("{}{number}@gmail.com", self.last),
            None => format!("{}.{}@{name}{company}.com", self.first, self.last),
        };
        let phone = match dice.below(3) {
            0 => format!("+49 {}", self.phone),
            1 => format!("0{}", self.phone),
            _ => format!(
                "(0{}) {:07}",
                self.phone / 10_000_000,
                self.phone % 10_000_000
            ),
        };
        let mut place = Dice::new(company ^ 0xace << 40);
        let street = word(4, place.zipf(STREETS), 3);
        let city = place.zipf(CITIES);
        let address = [
            format!("{street} street {}", 1 + place.below(150)),
            word(5, city, 3),
            format!("{:05}", 10_000 + city * 23 + place.below(20)),
        ];
        let [street, city, postcode] = address.map(|text| (!dice.percent(25)).then_some(text));
        [
            Some(self.first.clone()),
            Some(self.last.clone()),
            (!dice.percent(15)).then_some(email),
            (!dice.percent(25)).then_some(phone),
            (!dice.percent(10)).then(|| format!("{name} {} ltd", word(6, company % 40, 2))),
            street,
            city,
            postcode,
        ]
    }
}

fn phone_of(company: u64) -> u64 {
    400_000_000 + company * 7 % 90_000_000
}
