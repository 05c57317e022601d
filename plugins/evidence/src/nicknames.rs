//! Nicknames, English and German mostly.

use crate::nicknames::index::INDEX;

mod index;

/// The full given name a nickname stands for, or the name itself: what keys
/// and frequencies are made of. Where a nickname stands for several (`fred`),
/// the one in whose list it comes first.
#[must_use]
pub fn canonical(name: &str) -> &str {
    // A full name that is also short for another stays itself.
    if NICKNAMES.iter().any(|(formal, _)| *formal == name) {
        return name;
    }
    INDEX
        .find(name)
        .min_by_key(|found| found.place)
        .map_or(name, |found| NICKNAMES[found.entry()].0)
}

/// Whether one name is a nickname of the other or both are of a third.
#[must_use]
pub fn are_related(first: &str, second: &str) -> bool {
    let of = |name: &str, other: &str| formal_names(name).any(|formal| formal == other);
    of(first, second) || of(second, first) || formal_names(first).any(|formal| of(second, formal))
}

/// All full names that a nickname stands for.
pub fn formal_names(name: &str) -> impl Iterator<Item = &'static str> {
    INDEX.find(name).map(|found| NICKNAMES[found.entry()].0)
}

const NICKNAMES: &[(&str, &str)] = &[
    ("abigail", "abby abbie gail"),
    ("abraham", "abe bram"),
    ("adelaide", "addie adele"),
    ("agnes", "aggie nessa"),
    ("albert", "bert al bertie"),
    (
        "alexander",
        "alex alec sandy xander sascha alexandre aleksandr alejandro lex",
    ),
    ("alexandra", "alex alexa sandra sasha lexi"),
    ("alfred", "alf alfie al fred"),
    ("alice", "ali allie alicia"),
    ("andreas", "andi andre"),
    ("andrew", "andy drew"),
    ("angela", "angie"),
    ("anna", "annie ann anne anni hannah anneliese"),
    ("anthony", "tony antony anton"),
    ("archibald", "archie baldie"),
    ("arthur", "art artie"),
    ("augustus", "gus august"),
    ("barbara", "babs barb barbie"),
    ("bartholomew", "bart"),
    ("benjamin", "ben benny benji bennie"),
    ("bernard", "bernie bernhard"),
    ("bradley", "brad"),
    ("bridget", "biddy bridie"),
    ("caroline", "carrie carol lina caro carolyn"),
    ("cassandra", "cass cassie"),
    (
        "catherine",
        "kate katie cathy kathy cat kitty katherine kathryn katharine cath kat kay katrina kathleen katharina",
    ),
    ("charles", "charlie chuck chas charley karl carl"),
    ("charlotte", "lottie charlie lotte"),
    ("christian", "kris chris"),
    ("christina", "tina chris chrissie christine kirsten christa"),
    ("christopher", "chris kit topher christoph kester"),
    ("clifford", "cliff"),
    ("cornelius", "neil con connie"),
    ("cynthia", "cindy"),
    ("daniel", "dan danny danie"),
    ("david", "dave davy davey davie"),
    ("deborah", "deb debbie debra"),
    ("dennis", "denny"),
    ("dominic", "dom nic dominik"),
    ("donald", "don donny donnie"),
    ("dorothy", "dot dolly dottie dora dorothea"),
    ("douglas", "doug"),
    ("edmund", "ned eddie ed ted"),
    ("edward", "ed ted eddie ned teddy eduard"),
    ("eleanor", "ellie nell nellie nora ella elinor leonora"),
    (
        "elizabeth",
        "liz beth lizzie betty bess eliza elisabeth libby betsy lisa elsie lise liza lizzy bessie elspeth",
    ),
    ("emily", "em emmy emilie millie"),
    ("emma", "em emmy"),
    ("ernest", "ernie ernst"),
    ("eugene", "gene"),
    ("ferdinand", "ferdi"),
    ("florence", "flo flossie florrie"),
    ("frances", "fran fanny frankie francesca franny"),
    ("francis", "frank fran francois franz frankie"),
    ("franklin", "lin frank"),
    (
        "frederick",
        "fred freddie freddy fritz friedrich frederic fredrick frederik rick",
    ),
    ("gabriel", "gabe"),
    ("geoffrey", "geoff jeff jeffrey jeffery"),
    ("george", "georgie geordie georg jorge"),
    ("gerald", "gerry jerry"),
    ("gerard", "gerry"),
    ("gertrude", "gertie trudy"),
    ("gilbert", "gil bert"),
    ("grace", "gracie"),
    ("gregory", "greg gregg gregor"),
    ("harold", "hal harry"),
    ("harriet", "hattie harriett"),
    ("heinrich", "heinz henrik"),
    ("helen", "nell ellen nellie lena helena helene"),
    ("henry", "harry hank hal henri henrik"),
    ("herbert", "herb bert herbie"),
    ("hubert", "hub bert"),
    ("hugh", "hughie hugo huw"),
    ("isaac", "ike zac"),
    ("isabella", "bella izzy isabel isabelle isobel bell belle"),
    ("jacob", "jake jakob"),
    ("jacqueline", "jackie jacqui"),
    ("james", "jim jimmy jamie jem jimmie jas"),
    ("jane", "janie janet jenny jean jan"),
    ("jennifer", "jen jenny jenna jennie"),
    ("jeremiah", "jerry jeremy"),
    ("jessica", "jess jessie"),
    ("johann", "hans jan"),
    ("johannes", "hans jan hannes"),
    ("john", "jack johnny jon jonny jock johnnie ian jno sean"),
    ("jonathan", "jon jonny johnathan nathan"),
    ("joseph", "joe joey jos josef jo sepp jose"),
    ("josephine", "jo josie fifi"),
    ("joshua", "josh"),
    ("judith", "judy jude"),
    ("julia", "julie jules"),
    ("kenneth", "ken kenny"),
    ("lawrence", "larry laurie laurence lars lorenz"),
    ("leonard", "len lenny leo leon lennie"),
    ("leopold", "leo"),
    ("lewis", "lou louis lew ludwig louie"),
    ("lillian", "lily lilly lil"),
    ("louisa", "lou louise luise lulu"),
    ("lucy", "lucille lucinda lucie lucia"),
    ("madeline", "maddie maddy madeleine madison"),
    ("magdalena", "lena magda"),
    ("manuel", "manny"),
    (
        "margaret",
        "maggie meg peggy marge margie greta rita margarete margot madge daisy peg megan marjorie gretchen",
    ),
    ("maria", "mary mia marie molly polly mitzi may mae moll"),
    ("martha", "marty mattie patty"),
    ("martin", "marty"),
    ("mathias", "matze hias matthias"),
    ("matilda", "tilly mattie maud tilda"),
    ("matthew", "matt mat matty mathew matthias"),
    ("maximilian", "max maxi"),
    ("maxwell", "max"),
    ("melissa", "mel missy"),
    ("michael", "mike mick mickey micky mikey mitch micha mich"),
    ("mildred", "millie"),
    ("mitchell", "mitch"),
    ("nancy", "nan nance"),
    ("natalie", "nat natasha"),
    ("nathaniel", "nat nate nathan"),
    (
        "nicholas",
        "nick nicky nic nicolas nico klaus claus nikolaus niklas colin",
    ),
    ("nicole", "nicky nikki nic"),
    ("olivia", "liv livvy ollie"),
    ("oliver", "ollie olly noll"),
    ("oscar", "ossie oskar"),
    ("pamela", "pam"),
    ("patricia", "patty pat trish tricia patsy"),
    ("patrick", "pat paddy rick padraig"),
    ("peter", "pete petey pierre petr pedro"),
    ("philip", "phil phillip pip philipp"),
    ("priscilla", "cilla prissy"),
    ("rachel", "rach rae rachael"),
    ("ralph", "rafe rolf"),
    ("randolph", "randy"),
    ("raymond", "ray"),
    ("rebecca", "becky becca bec beckie"),
    ("reginald", "reg reggie rex"),
    (
        "richard",
        "dick rick ricky rich richie dicky dickie ricardo rickie",
    ),
    (
        "robert",
        "bob rob bobby robbie bert bobbie robin robby roberto rab",
    ),
    ("roderick", "rod rory roddy"),
    ("roger", "rodge hodge"),
    ("roland", "rolly rollo"),
    ("ronald", "ron ronnie ronny"),
    ("rosemary", "rose rosie"),
    ("rudolf", "rudi rudy rolf rudolph"),
    ("rupert", "bert rupe"),
    ("russell", "russ rusty"),
    ("samantha", "sammy sam"),
    ("samuel", "sam sammy"),
    ("sarah", "sally sadie sara sal"),
    ("sebastian", "seb basti bastian"),
    ("sidney", "sid sydney"),
    ("silvester", "sly sylvester"),
    ("simon", "si sim"),
    ("solomon", "sol solly"),
    ("sophia", "sophie sofia"),
    ("stanley", "stan"),
    ("stephanie", "steph steffi stefanie stephie"),
    ("stephen", "steve steven stevie stephan stefan steffen"),
    ("stuart", "stu stewart"),
    (
        "susan",
        "sue susie suzy susanna sukey suzanne suzie susannah",
    ),
    ("terence", "terry terrence"),
    ("theodore", "theo ted teddy theodor"),
    ("theresa", "terry tess tessa teresa therese tracy resi"),
    ("thomas", "tom tommy thom tam tomas"),
    ("timothy", "tim timmy"),
    ("tobias", "toby tobi"),
    ("ulrich", "uli ulli"),
    ("valentine", "val"),
    ("valerie", "val"),
    ("victor", "vic viktor"),
    ("victoria", "vicky tori vic vicki vickie"),
    ("vincent", "vince vinny vin"),
    ("virginia", "ginny"),
    ("walter", "wally walt wat"),
    ("wilhelm", "willi willy helmut wim"),
    ("wilhelmina", "mina minnie willa"),
    (
        "william",
        "will bill billy willie willy liam wm bil guillermo",
    ),
    ("winifred", "winnie freda"),
    ("zachary", "zach zac zack"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nicknames() {
        assert_eq!(canonical("bill"), "william");
        assert_eq!(canonical("william"), "william");
        assert!(are_related("bill", "will") && are_related("alex", "alexandra"));
        assert!(are_related("peggy", "margaret"));
        assert!(!are_related("john", "james"));
    }

    /// What the index finds is what reading the whole table finds.
    #[test]
    fn the_index_finds_all() {
        let shorts = NICKNAMES.iter().flat_map(|(_, short)| short.split(' '));
        let formals = NICKNAMES.iter().map(|(formal, _)| *formal);
        for name in shorts.chain(formals).chain(["", " ", "abe bram", "nobody"]) {
            let read: Vec<&str> = NICKNAMES
                .iter()
                .filter(|(_, short)| short.split(' ').any(|short| short == name))
                .map(|(formal, _)| *formal)
                .collect();
            let found: Vec<&str> = formal_names(name).collect();
            assert_eq!(found, read, "{name}");
        }
    }

    #[test]
    fn a_full_name_is_no_nickname_of_itself() {
        for (formal, short) in NICKNAMES {
            assert!(!short.split(' ').any(|short| short == *formal), "{formal}");
        }
    }
}
