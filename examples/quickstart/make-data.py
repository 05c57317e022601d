#!/usr/bin/env python3
"""Makes the data of the quickstart: two CRMs that hold mostly the same people.

Everything is invented. Hosts end in `.example`, telephone numbers come from the
ranges that regulators keep for fiction, and the seed is fixed: running this
again gives the same bytes.

    python3 make-data.py            writes data/ beside this file
    python3 make-data.py --to DIR   writes there

A world of companies and people is made first. Then each system gets its own
copy of its share, in its own columns and formats, and what people and
automations do to records is planted: see `PLANTS` for what is expected of each.
`data/truth.csv` says which records belong together and what was planted; the
treaty does not read it.
"""

import argparse
import csv
import dataclasses
import datetime
import io
import pathlib
import random
from collections import Counter

SEED = 20_261_120
COMPANIES_BOTH = 245
COMPANIES_HUBSPOT_ONLY = 25
COMPANIES_SALESFORCE_ONLY = 30
PEOPLE_BOTH = 1_250
PEOPLE_HUBSPOT_ONLY = 600
PEOPLE_SALESFORCE_ONLY = 150
DUPLICATES_HUBSPOT = 9
DUPLICATES_SALESFORCE = 6

# What is planted in people that both systems hold: how many, and what the
# treaty makes of it. A record has one author and one time of change, so only
# one of these stands in each person.
PLANTS = {
    "phone-person": 60,  # a person's number over an automation's
    "phone-mobile": 40,  # a mobile number over the switchboard
    "phone-undecided": 12,  # two people, two direct dials: a question
    "email-latest": 40,  # the newer address
    "email-tie": 6,  # two people in the same second: a question
    "last-name-typo": 30,  # a person's spelling over an import's
    "address-moved": 70,  # the newer address, as a whole
}
# These are independent of author and time, and may stand beside the others.
PLANTS_BESIDE = {
    "nickname": 90,  # the longer name: William over Bill
    "job-title": 80,  # Salesforce owns it
    "lead-score": 60,  # HubSpot owns it
    "lifecycle": 60,  # HubSpot is preferred
    "customer-since": 40,  # the earlier day
    "interests": 150,  # what either side has
    "phone-empty": 120,  # one side has no number
}
# Different people who look alike: one in HubSpot only, the other in Salesforce
# only.
NAMESAKES = 12  # the same name, in two companies
COLLEAGUES = 8  # the same last name and initial, in one company

# ---------------------------------------------------------------- the words

FIRST_NAMES = {
    "DE": """Anna Lena Julia Katharina Sabine Petra Monika Birgit Heike Claudia
        Johannes Friedrich Stefan Matthias Tobias Jürgen Uwe Andreas Alexander
        Benjamin Sebastian Florian Jörg Dieter Greta Ilse Ingrid Renate Silke
        Ulrike Wiebke Yasemin Zeynep Emre Mehmet Bogdan Agnieszka Paweł Jana
        Milan Nils Ole Sven Torsten Anton Clara Hannelore Lukas Moritz
        Leonie""",
    "GB": """William Robert Elizabeth Margaret Richard Edward Charles Thomas
        Catherine Victoria Nicholas Andrew Fiona Gareth Rhys Siobhan Priya
        Arjun Imogen Alistair Hamish Bronwen Callum Isla Rowan""",
    "US": """James Michael Jennifer Patricia Christopher Daniel Susan Deborah
        Kenneth Timothy Gregory Samantha Theodore Brandon Latoya Marcus Denise
        Tyrone Madison Hunter""",
}
NICKNAMES = {
    "Katharina": "Kathi", "Johannes": "Hannes", "Friedrich": "Fritz",
    "Alexander": "Alex", "Benjamin": "Ben", "William": "Bill", "Robert": "Bob",
    "Elizabeth": "Liz", "Margaret": "Peggy", "Richard": "Dick",
    "Edward": "Ted", "Charles": "Chuck", "Thomas": "Tom",
    "Catherine": "Kate", "Victoria": "Vicky", "Nicholas": "Nick",
    "Andrew": "Drew", "James": "Jim", "Michael": "Mike", "Jennifer": "Jen",
    "Patricia": "Pat", "Christopher": "Chris", "Daniel": "Dan",
    "Susan": "Sue", "Deborah": "Debbie", "Kenneth": "Ken", "Timothy": "Tim",
    "Gregory": "Greg", "Samantha": "Sam", "Theodore": "Ted",
}
LAST_NAMES = {
    "DE": """Achterberg Bergmann Brandstetter Bröker Claasen Dallmeier Dierks
        Ebeling Eckhoff Fährmann Feldkamp Friedrichs Gärtner Gerlach Grünwald
        Haberland Hartwig Heidenreich Hinrichs Hölscher Ihlenfeld Jansen
        Kaltenbach Kessler Kleinschmidt Köhler Kratochwil Krüger Landgraf
        Lindemann Löwenthal Mahnke Marquardt Meinhardt Möllering Nachtigall
        Neuhaus Oelrichs Ostermann Papenburg Pfeiffer Quandt Rademacher
        Reinhardt Riedel Rösler Sander Schäfer Schlüter Schönfeld Seiffert
        Steinbrück Sundermann Thiele Tiedemann Uhlmann Voß Wachtel Waldschmidt
        Weidner Wiesner Wittkamp Yıldız Zander Zimmermann Öztürk Nowicki
        Horák Szabó Petrović""",
    "GB": """Abernathy Ashworth Barraclough Blackwood Carmichael Cartwright
        Drummond Ellsworth Fairweather Fothergill Galbraith Harrowgate
        Hollingsworth Inglis Jephson Kilbride Llewellyn MacAllister
        Netherby O'Malley Pemberton Quigley Rutherford Satterthwaite
        Thistlewood Underhill Venkataraman Wetherby Winterbourne Yardley""",
    "US": """Abbott Baldwin Callahan Delacroix Ellison Fitzgerald Granger
        Holloway Iverson Jefferson Kowalczyk Larkin McAllister Norwood
        Okonkwo Prescott Quintero Ramirez Sinclair Templeton Upton Vandermeer
        Whitfield Yamamoto Zielinski""",
}
# Last names are also put together, so that not everybody has a namesake.
LAST_NAME_PARTS = {
    "DE": ("Berg Brink Busch Dorn Eich Feld Hage Holt Kamp Lind Moor Nord Ost Reh Rohr Stein Stroh Tann "
           "Wald Wester", "bach brock bauer berger dorf hoff horst kötter mann meier müller stedt"),
    "GB": ("Ash Black Brad Copper Elder Fern Hollo Kings Marsh Nether Oak Penn Shel Thorn Wether",
           "bourne bury dale ford ham hurst ley more stone thwaite ton worth"),
    "US": ("Barn Brook Cald Dun Fair Green Hart Kirk Lang Mont Ridge Stan Wain Whit Wood",
           "burn caster croft gate land man mere ridge son wall well wick"),
}
COMPANY_FIRST = """Alster Auen Bernstein Birken Blau Deich Eider Elb Erlen
    Falken Fjord Förde Gipfel Granit Hafen Havel Heide Isar Jade Kiefern
    Kranich Küsten Lerchen Linden Mühlen Neckar Nord Oder Quellen Reiher
    Ried Saal Silber Spree Sund Tannen Ufer Wald Warnow Weser Wiesen
    Zeder""".split()
COMPANY_SECOND = {
    "Logistik": "Logistics", "Metallbau": "Manufacturing", "Software": "Software",
    "Medizintechnik": "Healthcare", "Energie": "Energy",
    "Lebensmittel": "Food", "Bau": "Construction", "Handel": "Retail",
}
COMPANY_ABROAD = """Amberley Ashgrove Briarwood Brookfield Cedarline Clearwater
    Copperfield Driftwood Eastgate Fernhill Foxglove Greystone Harbourside
    Hawthorne Ironbridge Juniper Kestrel Larkspur Millbrook Northpoint
    Oakhaven Pinecrest Quarrystone Ravenswood Silverlake Stonebridge
    Thornbury Underwood Westbrook Willowmere""".split()
COMPANY_ABROAD_SECOND = {
    "Freight": "Logistics", "Works": "Manufacturing", "Systems": "Software",
    "Medical": "Healthcare", "Power": "Energy", "Foods": "Food",
    "Builders": "Construction", "Trading": "Retail",
}
LEGAL_FORMS = {"DE": ["GmbH", "AG", "GmbH & Co. KG"], "GB": ["Ltd", "plc"], "US": ["Inc.", "LLC"]}
STREETS = {
    "DE": "Ahornweg Bahnhofstraße Birkenallee Deichstraße Gartenweg Hafenstraße Hauptstraße "
          "Lindenstraße Marktplatz Mühlenweg Rosenstraße Schulstraße Uferweg Wiesengrund",
    "GB": "Abbey_Road Church_Lane High_Street Mill_Lane Orchard_Close Priory_Street Station_Road "
          "Victoria_Terrace",
    "US": "Cedar_Avenue Elm_Street Juniper_Drive Maple_Avenue Oak_Street Sycamore_Lane "
          "Walnut_Street",
}
# City, postcodes, and the beginning of numbers kept for fiction: country code,
# area, block, how many digits the block leaves for a company.
CITIES = {
    "DE": [("Berlin", "10{:03}", "49", "30", "23125"), ("Frankfurt am Main", "60{:03}", "49", "69", "90009"),
           ("Hamburg", "20{:03}", "49", "40", "66969"), ("Köln", "50{:03}", "49", "221", "4710"),
           ("München", "80{:03}", "49", "89", "99998")],
    "GB": [("London", "EC{} 4RT", "44", "20", "79460"), ("Leeds", "LS{} 2AB", "44", "113", "4960"),
           ("Manchester", "M{} 5QD", "44", "161", "4960"), ("Edinburgh", "EH{} 8DX", "44", "131", "4960")],
    "US": [("New York", "10{:03}", "1", "212", "55501"), ("Chicago", "60{:03}", "1", "312", "55501"),
           ("Boston", "02{:03}", "1", "617", "55501"), ("Seattle", "98{:03}", "1", "206", "55501"),
           ("Denver", "80{:03}", "1", "303", "55501")],
}
JOB_TITLES = """Head_of_Sales Buyer Managing_Director Project_Manager Controller
    Plant_Manager Software_Engineer Office_Manager Head_of_Purchasing Logistics_Planner
    Quality_Manager Chief_Financial_Officer Marketing_Manager Service_Technician""".split()
LIFECYCLES = ["subscriber", "lead", "opportunity", "customer"]
INTERESTS = ["api", "fairs", "newsletter", "training", "webinar"]
COUNTRY_NAMES = {"DE": "Germany", "GB": "United Kingdom", "US": "United States"}
STATUS_WORDS = {"subscriber": "Neu", "lead": "Offen", "opportunity": "Verhandlung", "customer": "Kunde"}
INTEREST_WORDS = {"api": "Schnittstelle", "fairs": "Messe", "newsletter": "Rundbrief",
                  "training": "Schulung", "webinar": "Webinar"}
ORIGINAL_SOURCES = ["ads", "fair", "form"]
LEAD_SOURCES = ["Empfehlung", "Messe", "Web", "Kaltakquise"]

HUBSPOT_PEOPLE = ["m.brandt", "j.osei", "t.lindqvist", "s.moreau"]
HUBSPOT_AUTOMATIONS = ["enrichment-clearview", "import", "workflow-scoring"]
SALESFORCE_PEOPLE = ["anna.keller", "david.ross", "meike.vogt", "paul.ito"]
SALESFORCE_AUTOMATIONS = ["integration-erp", "dataloader"]

# ---------------------------------------------------------------- the world


@dataclasses.dataclass
class Company:
    """A company as it is."""

    name: str
    legal_name: str
    host: str
    industry: str
    country: str
    city: str
    postcode: str
    street: str
    stem: tuple[str, str, str]  # country code, area, number without the last digit
    employees: int
    revenue: int
    hubspot: str = ""
    salesforce: str = ""
    dials_left: list[int] = dataclasses.field(default_factory=lambda: list(range(1, 10)))

    def number(self, last_digit):
        code, area, start = self.stem
        return code, area, f"{start}{last_digit}"

    def switchboard(self):
        return self.number(0)


@dataclasses.dataclass
class Person:
    """A person as they are, or as one system has them."""

    first: str
    last: str
    email: str
    country: str
    company: Company | None
    phone: tuple[str, str, str] | None = None
    mobile: tuple[str, str, str] | None = None
    title: str = ""
    address: tuple[str, str, str] | None = None  # street, postcode, city
    lifecycle: str = "lead"
    score: int | None = None
    interests: tuple[str, ...] = ()
    opted_out: bool = False
    customer_since: datetime.date | None = None
    changed_at: datetime.datetime | None = None
    changed_by: str = ""
    hubspot: str = ""
    salesforce: str = ""
    planted: tuple[str, ...] = ()


class World:
    """Draws companies and people; nothing is drawn twice that must be unique."""

    def __init__(self, rng):
        self.rng = rng
        self.emails = set()
        self.names = set()
        self.last_names = {
            country: LAST_NAMES[country].split()
                     + [one + other for one in first.split() for other in second.split()]
            for country, (first, second) in LAST_NAME_PARTS.items()
        }
        self.mobiles = {
            "DE": [("49", "171", f"39200{n:02}") for n in range(100)]
                  + [("49", "176", f"040690{n:02}") for n in range(100)],
            "GB": [("44", "7700", f"900{n:03}") for n in range(1_000)],
            "US": [],
        }
        for numbers in self.mobiles.values():
            rng.shuffle(numbers)

    def companies(self, count):
        stems = {}
        for country, cities in CITIES.items():
            # An American block leaves two digits, the others three.
            width = 1 if country == "US" else 2
            stems[country] = [
                (city, f"{block}{n:0{width}}")
                for city in cities for block in [city[4]] for n in range(10 ** width)
            ]
            self.rng.shuffle(stems[country])
        names = {
            "DE": [(a, b, i) for a in COMPANY_FIRST for b, i in COMPANY_SECOND.items()],
            "GB": [(a, b, i) for a in COMPANY_ABROAD[:15] for b, i in COMPANY_ABROAD_SECOND.items()],
            "US": [(a, b, i) for a in COMPANY_ABROAD[15:] for b, i in COMPANY_ABROAD_SECOND.items()],
        }
        for choices in names.values():
            self.rng.shuffle(choices)
        companies = []
        for index in range(count):
            country = "DE" if index % 20 < 13 else "GB" if index % 20 < 17 else "US"
            first, second, industry = names[country].pop()
            city, start = stems[country].pop()
            name = f"{first} {second}"
            employees = self.rng.choice([8, 15, 24, 40, 75, 120, 260, 480, 900, 2_300])
            street, postcode, town = self.address(country, city)
            companies.append(Company(
                name=name,
                legal_name=f"{name} {self.rng.choice(LEGAL_FORMS[country])}",
                host=f"{plain(first)}-{plain(second)}.example",
                industry=industry,
                country=country,
                city=town,
                postcode=postcode,
                street=street,
                stem=(city[2], city[3], start),
                employees=employees,
                revenue=employees * self.rng.randrange(90, 260) * 1_000,
            ))
        self.rng.shuffle(companies)
        return companies

    def address(self, country, city=None):
        city = city or self.rng.choice(CITIES[country])
        street = self.rng.choice(STREETS[country].split()).replace("_", " ")
        number = self.rng.randrange(1, 180)
        postcode = city[1].format(self.rng.randrange(1, 10 if country == "GB" else 999))
        return (f"{street} {number}" if country == "DE" else f"{number} {street}"), postcode, city[0]

    def person(self, company, first=None, last=None):
        country = company.country if company else self.rng.choice(["DE", "DE", "GB"])
        first, last = self.name(country, company, first, last)
        person = Person(first, last, self.email(first, last, company), country, company)
        rng = self.rng
        if company and rng.random() < 0.85:
            person.phone = company.switchboard()
            if company.dials_left and rng.random() < 0.85:
                person.phone = company.number(company.dials_left.pop(0))
        if self.mobiles[country] and rng.random() < (0.10 if country == "DE" else 0.4):
            person.mobile = self.mobiles[country].pop()
        if rng.random() < 0.9:
            person.title = rng.choice(JOB_TITLES).replace("_", " ")
        if not company or rng.random() < 0.22:
            person.address = self.address(country)
        person.lifecycle = rng.choices(LIFECYCLES, [2, 4, 2, 3])[0]
        person.score = rng.randrange(1, 100)
        person.interests = tuple(sorted(rng.sample(INTERESTS, rng.choice([0, 0, 1, 1, 2]))))
        person.opted_out = rng.random() < 0.08
        if person.lifecycle == "customer":
            person.customer_since = datetime.date(2019, 1, 1) + datetime.timedelta(rng.randrange(2_700))
        return person

    def name(self, country, company, first, last):
        """A name that nobody else has, and no first name twice in a company, as
        long as there are any: whoever looks alike is planted."""
        if first and last:
            return first, last
        house = company.name if company else ""
        for attempt in range(400):
            one = first or self.rng.choice(FIRST_NAMES[country].split())
            other = last or self.rng.choice(self.last_names[country])
            known_here = (house, one) in self.names and attempt < 200
            if (one, other) not in self.names and not known_here:
                break
        self.names.update([(one, other), (house, one)])
        return one, other

    def email(self, first, last, company):
        host = company.host if company else f"{plain(first)}-{plain(last)}.example"
        shapes = [f"{plain(first)}.{plain(last)}", f"{plain(first)[0]}.{plain(last)}"]
        if self.rng.random() < 0.35:
            shapes.reverse()
        for number in range(1, 20):
            for local in shapes:
                address = f"{local}{number if number > 1 else ''}@{host}"
                if address not in self.emails:
                    self.emails.add(address)
                    return address
        raise AssertionError("twenty people of one name in one company")


ASCII = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ı": "i", "á": "a", "ó": "o", "ć": "c",
         "'": "", " ": "-", ".": "", "&": ""}


def plain(text):
    """A text as it stands in addresses."""
    return "".join(ASCII.get(letter, letter) for letter in text.lower())


def misspelt(rng, name):
    """A name with one slip of the finger."""
    at = rng.randrange(1, len(name) - 1)
    slip = rng.choice(["swap", "drop", "double"])
    if slip == "swap" and name[at] != name[at - 1] and at > 1:
        return name[:at - 1] + name[at] + name[at - 1] + name[at + 1:]
    if slip == "drop" and len(name) > 4:
        return name[:at] + name[at + 1:]
    return name[:at] + name[at] + name[at:]


# ---------------------------------------------------------------- two copies


class Copies:
    """Two systems' versions of one person, and who edited them when."""

    def __init__(self, rng, person):
        self.rng = rng
        self.hubspot = dataclasses.replace(person)
        self.salesforce = dataclasses.replace(person)
        self.sign(self.hubspot, HUBSPOT_PEOPLE + HUBSPOT_AUTOMATIONS)
        self.sign(self.salesforce, SALESFORCE_PEOPLE + SALESFORCE_AUTOMATIONS)

    def sign(self, copy, actors, earliest_days=0):
        start = datetime.datetime(2025, 2, 1) + datetime.timedelta(earliest_days)
        copy.changed_at = start + datetime.timedelta(seconds=self.rng.randrange(500 * 86_400))
        copy.changed_by = self.rng.choice(actors)

    def by_two_people(self):
        """Both were edited by people; gives the older and the newer copy."""
        self.sign(self.hubspot, HUBSPOT_PEOPLE)
        self.sign(self.salesforce, SALESFORCE_PEOPLE)
        older, newer = self.hubspot, self.salesforce
        if self.rng.random() < 0.5:
            older, newer = newer, older
        newer.changed_at = older.changed_at + datetime.timedelta(
            seconds=self.rng.randrange(3_600, 90 * 86_400))
        return older, newer

    def by_person_and_automation(self):
        """Gives the person's copy and the automation's, which is the newer."""
        if self.rng.random() < 0.5:
            person, machine = self.salesforce, self.hubspot
            self.sign(person, SALESFORCE_PEOPLE)
            self.sign(machine, HUBSPOT_AUTOMATIONS)
        else:
            person, machine = self.hubspot, self.salesforce
            self.sign(person, HUBSPOT_PEOPLE)
            self.sign(machine, SALESFORCE_AUTOMATIONS)
        machine.changed_at = person.changed_at + datetime.timedelta(seconds=self.rng.randrange(60, 86_400))
        return person, machine


def plant(world, copies, what):
    """Makes two copies differ in one way."""
    rng = world.rng
    person = copies.hubspot
    company = person.company
    if what == "phone-person":
        kept, wrong = copies.by_person_and_automation()
        kept.phone, wrong.phone = company.number(rng.randrange(1, 5)), company.number(rng.randrange(5, 10))
    elif what == "phone-mobile":
        older, newer = copies.by_two_people()
        mobile = world.mobiles[person.country].pop()
        sides = [older, newer]
        rng.shuffle(sides)
        sides[0].phone, sides[1].phone = mobile, company.switchboard()
    elif what == "phone-undecided":
        older, newer = copies.by_two_people()
        older.phone, newer.phone = company.number(rng.randrange(1, 5)), company.number(rng.randrange(5, 10))
    elif what == "email-latest":
        older, newer = copies.by_two_people()
        newer.email = world.email(person.first, person.last, company)
    elif what == "email-tie":
        older, newer = copies.by_two_people()
        newer.changed_at = older.changed_at + datetime.timedelta(seconds=1)
        newer.email = world.email(person.first, person.last, company)
    elif what == "last-name-typo":
        _, wrong = copies.by_person_and_automation()
        wrong.last = misspelt(rng, wrong.last)
    elif what == "address-moved":
        older, newer = copies.by_two_people()
        older.address, newer.address = world.address(person.country), world.address(person.country)
    else:
        plant_beside(rng, copies, what)


def plant_beside(rng, copies, what):
    """What stands beside anything else."""
    sides = [copies.hubspot, copies.salesforce]
    rng.shuffle(sides)
    one, other = sides
    if what == "nickname":
        one.first = NICKNAMES[one.first]
    elif what == "job-title":
        one.title = next(title.replace("_", " ") for title in JOB_TITLES
                         if title.replace("_", " ") != other.title)
    elif what == "lead-score":
        copies.salesforce.score = copies.hubspot.score // 2
    elif what == "lifecycle":
        one.lifecycle = LIFECYCLES[(LIFECYCLES.index(other.lifecycle) + 1) % len(LIFECYCLES)]
    elif what == "customer-since":
        one.customer_since = other.customer_since + datetime.timedelta(rng.randrange(1, 200))
    elif what == "interests":
        missing = [word for word in INTERESTS if word not in other.interests]
        one.interests = tuple(sorted({*other.interests, rng.choice(missing)}))
    elif what == "phone-empty":
        one.phone = None
    else:
        raise AssertionError(what)


def fits(person, what):
    """Whether something can be planted in a person at all."""
    if what in ("phone-person", "phone-undecided"):
        return person.company is not None
    if what == "phone-mobile":
        return person.company is not None and person.country != "US"
    if what in ("email-latest", "email-tie"):
        return person.company is not None and person.phone is not None
    if what == "nickname":
        return person.first in NICKNAMES
    if what == "customer-since":
        return person.customer_since is not None
    if what == "phone-empty":
        return person.phone is not None and not any(known.startswith("phone") for known in person.planted)
    return True


def choose(rng, people, world_plants, exclusive):
    """Says what is planted in whom, in `Person.planted`."""
    for what, count in world_plants.items():
        able = [person for person in people if fits(person, what) and not (exclusive and person.planted)]
        for person in rng.sample(able, count):
            person.planted += (what,)


# ---------------------------------------------------------------- the files


def spelt_hubspot(rng, phone):
    """A number as people type it in HubSpot: mostly international."""
    if phone is None:
        return ""
    code, area, number = phone
    zero = "(0)" if code == "49" and rng.random() < 0.1 else ""
    return f"+{code} {zero}{area} {number}"


def spelt_salesforce(rng, phone):
    """A number as a German office dials it."""
    if phone is None:
        return ""
    code, area, number = phone
    if code != "49":
        return f"00{code} {area} {number}"
    return f"0{area}{rng.choice([' ', ' ', '/'])}{number}"


def hubspot_time(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def salesforce_time(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def hubspot_contact(rng, person):
    street, postcode, city = person.address or ("", "", "")
    return {
        "id": person.hubspot,
        "firstname": person.first,
        "lastname": person.last,
        "email": person.email,
        "phone": spelt_hubspot(rng, person.phone),
        "mobilephone": spelt_hubspot(rng, person.mobile),
        "jobtitle": person.title,
        "company_id": person.company.hubspot if person.company else "",
        "address": street,
        "zip": postcode,
        "city": city,
        "country": COUNTRY_NAMES[person.country] if person.address else "",
        "lifecyclestage": person.lifecycle,
        "interests": ";".join(person.interests),
        "opted_out": str(person.opted_out).lower(),
        "became_customer": person.customer_since.isoformat() if person.customer_since else "",
        "lead_score": person.score,
        "original_source": rng.choice(ORIGINAL_SOURCES),
        "lastmodified": hubspot_time(person.changed_at),
        "modified_by": person.changed_by,
    }


def salesforce_contact(rng, person):
    street, postcode, city = person.address or ("", "", "")
    return {
        "Id": person.salesforce,
        "Name": f"{person.last}, {person.first}",
        "Email": person.email,
        "Phone": spelt_salesforce(rng, person.phone),
        "MobilePhone": spelt_salesforce(rng, person.mobile),
        "Title": person.title,
        "AccountId": person.company.salesforce if person.company else "",
        "MailingStreet": street,
        "MailingPostalCode": postcode,
        "MailingCity": city,
        "MailingCountryCode": person.country if person.address else "",
        "Status": STATUS_WORDS[person.lifecycle],
        "Interests": ";".join(INTEREST_WORDS[word] for word in person.interests),
        "OptedOut": "Ja" if person.opted_out else "Nein",
        "CustomerSince": person.customer_since.strftime("%d.%m.%Y") if person.customer_since else "",
        "Score": "" if person.score is None else person.score,
        "LeadSource": rng.choice(LEAD_SOURCES),
        "LastModifiedDate": salesforce_time(person.changed_at),
        "LastModifiedBy": person.changed_by,
    }


def hubspot_company(rng, company, at):
    return {
        "id": company.hubspot,
        "name": company.name,
        "domain": company.host,
        "phone": spelt_hubspot(rng, company.switchboard()),
        "address": company.street,
        "zip": company.postcode,
        "city": company.city,
        "country": COUNTRY_NAMES[company.country],
        "employees": company.employees,
        "annualrevenue": company.revenue,
        "industry": company.industry,
        "lastmodified": hubspot_time(at),
        "modified_by": rng.choice(HUBSPOT_PEOPLE + HUBSPOT_AUTOMATIONS),
    }


def salesforce_account(rng, company, at):
    revenue = f"{company.revenue:,}".replace(",", ".")
    return {
        "Id": company.salesforce,
        "Name": company.legal_name,
        "Website": f"https://www.{company.host}",
        "Phone": spelt_salesforce(rng, company.switchboard()),
        "BillingStreet": company.street,
        "BillingPostalCode": company.postcode,
        "BillingCity": company.city,
        "BillingCountryCode": company.country,
        "Employees": company.employees,
        "AnnualRevenue": f"{revenue},00",
        "Industry": company.industry,
        "LastModifiedDate": salesforce_time(at),
        "LastModifiedBy": rng.choice(SALESFORCE_PEOPLE + SALESFORCE_AUTOMATIONS),
    }


def write(path, rows, delimiter):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


# ---------------------------------------------------------------- all of it


def place_companies(world):
    """Companies with their ids; gives those of both, HubSpot, Salesforce."""
    both, hubspot, salesforce = COMPANIES_BOTH, COMPANIES_HUBSPOT_ONLY, COMPANIES_SALESFORCE_ONLY
    companies = world.companies(both + hubspot + salesforce)
    for number, company in enumerate(companies):
        if number < both + hubspot:
            company.hubspot = str(90_010_000 + 37 * number)
        if number < both or number >= both + hubspot:
            company.salesforce = f"0015g00000{'ABCDEFGH'[number % 8]}{number:04}"
    return companies[:both], companies[both:both + hubspot], companies[both + hubspot:]


def draw_people(world, companies, count, freelance=0.04):
    """People, more of them in some companies than in others."""
    weights = [1 + company.employees ** 0.3 for company in companies]
    return [
        world.person(None if world.rng.random() < freelance else world.rng.choices(companies, weights)[0])
        for _ in range(count)
    ]


def draw_alike(world, companies, hubspot_only, salesforce_only):
    """Replaces the last of each list by different people who look alike."""
    rng = world.rng
    pairs = []
    for _ in range(NAMESAKES):
        company, elsewhere = rng.sample(companies, 2)
        one = world.person(company)
        pairs.append((one, world.person(elsewhere, one.first, one.last)))
    for _ in range(COLLEAGUES):
        company = rng.choice(companies)
        one = world.person(company)
        names = [name for name in FIRST_NAMES[one.country].split()
                 if name[0] == one.first[0] and name != one.first]
        pairs.append((one, world.person(company, rng.choice(names or ["Robin"]), one.last)))
    hubspot_only[-len(pairs):] = [one for one, _ in pairs]
    salesforce_only[-len(pairs):] = [other for _, other in pairs]


def duplicate(rng, person, actors):
    """Somebody typed the same person in again."""
    copy = dataclasses.replace(person)
    copy.changed_by = rng.choice(actors)
    copy.changed_at = person.changed_at - datetime.timedelta(rng.randrange(20, 200))
    copy.lifecycle, copy.interests, copy.title = "lead", (), ""
    what = rng.choice(["typo", "no-phone", "short-name"])
    if what == "typo":
        copy.last = misspelt(rng, copy.last)
    elif what == "no-phone":
        copy.phone = None
    else:
        copy.first = NICKNAMES.get(copy.first, copy.first[0] + ".")
    return copy


def make(folder):
    rng = random.Random(SEED)
    world = World(rng)
    both, hubspot_companies, salesforce_companies = place_companies(world)
    people = draw_people(world, both, PEOPLE_BOTH)
    hubspot_only = draw_people(world, both + hubspot_companies, PEOPLE_HUBSPOT_ONLY)
    salesforce_only = draw_people(world, both + salesforce_companies, PEOPLE_SALESFORCE_ONLY)
    draw_alike(world, both, hubspot_only, salesforce_only)
    choose(rng, people, PLANTS, exclusive=True)
    choose(rng, people, PLANTS_BESIDE, exclusive=False)

    hubspot, salesforce, truth = [], [], []
    for person in people:
        copies = Copies(rng, person)
        for what in person.planted:
            plant(world, copies, what)
        hubspot.append(copies.hubspot)
        salesforce.append(copies.salesforce)
        truth.append([copies.hubspot, copies.salesforce])
    for person in hubspot_only:
        copy = Copies(rng, person).hubspot
        hubspot.append(copy)
    for person in salesforce_only:
        copy = Copies(rng, person).salesforce
        copy.score = None
        salesforce.append(copy)
    for records, count, actors in [
        (hubspot, DUPLICATES_HUBSPOT, HUBSPOT_PEOPLE),
        (salesforce, DUPLICATES_SALESFORCE, SALESFORCE_PEOPLE),
    ]:
        unplanted = [record for record in records if not record.planted and record.phone]
        for record in rng.sample(unplanted, count):
            again = duplicate(rng, record, actors)
            record.planted += ("duplicate",)
            records.append(again)
            group = next((group for group in truth if any(known is record for known in group)), None)
            if group is None:
                group = [record]
                truth.append(group)
            group.append(again)

    rng.shuffle(hubspot)
    rng.shuffle(salesforce)
    for number, record in enumerate(hubspot):
        record.hubspot = str(51_000 + 3 * number)
    for number, record in enumerate(salesforce):
        record.salesforce = f"0035g00000{'KLMNPQRS'[number % 8]}{number:04}"
    write(folder / "hubspot/contacts.csv", [hubspot_contact(rng, record) for record in hubspot], ",")
    write(folder / "salesforce/contacts.csv",
          [salesforce_contact(rng, record) for record in salesforce], ";")
    write_companies(rng, folder, both, hubspot_companies, salesforce_companies)
    write_truth(folder, truth)


def write_companies(rng, folder, both, hubspot, salesforce):
    def at():
        return datetime.datetime(2025, 2, 1) + datetime.timedelta(seconds=rng.randrange(500 * 86_400))

    rows = [hubspot_company(rng, company, at()) for company in both + hubspot]
    write(folder / "hubspot/companies.csv", rows, ",")
    rows = [salesforce_account(rng, company, at()) for company in both + salesforce]
    rng.shuffle(rows)
    write(folder / "salesforce/accounts.csv", rows, ";")


def write_truth(folder, truth):
    """Which records are one person, and what was planted. Several records of
    one system stand beside each other with a space between."""
    rows = []
    for group in truth:
        planted = sorted({what for record in group for what in record.planted})
        rows.append({
            "hubspot": " ".join(record.hubspot for record in group if record.hubspot),
            "salesforce": " ".join(record.salesforce for record in group if record.salesforce),
            "planted": " ".join(planted),
        })
    rows.sort(key=lambda row: (row["hubspot"], row["salesforce"]))
    write(folder / "truth.csv", rows, ",")
    print_summary(rows)


def print_summary(rows):
    planted = Counter(what for row in rows for what in row["planted"].split())
    print(f"{PEOPLE_BOTH + PEOPLE_HUBSPOT_ONLY + PEOPLE_SALESFORCE_ONLY} people, "
          f"{PEOPLE_BOTH} of them in both systems")
    for what, count in sorted(planted.items()):
        print(f"{count:5} {what}")


def main():
    parser = argparse.ArgumentParser(description="Makes the data of the quickstart.")
    beside = pathlib.Path(__file__).parent / "data"
    parser.add_argument("--to", type=pathlib.Path, default=beside, help="the folder to write to")
    make(parser.parse_args().to)


if __name__ == "__main__":
    main()
