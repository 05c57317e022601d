//! A document as data: what the words are, and not how they look.

use treaty_engine::PassStep;

/// A whole document.
pub struct Outline {
    /// Its title.
    pub title: String,
    /// Its sections, in their order.
    pub sections: Vec<Section>,
}

/// A section with its heading.
pub struct Section {
    /// How deep it lies.
    pub level: Level,
    /// Its heading.
    pub heading: Line,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// How deep a section lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A section of the document.
    Section,
    /// A part of the section before it.
    Part,
}

/// One block of a section.
pub enum Block {
    /// A paragraph.
    Paragraph(Line),
    /// A paragraph that a reader must not miss.
    Warning(Line),
    /// Names, and what is said about each.
    Facts(Vec<(&'static str, Line)>),
    /// A list.
    List(Vec<Line>),
    /// A table.
    Table(Table),
    /// Which way fields go.
    Directions(Flows),
    /// The steps of a pass.
    Pass(&'static [PassStep]),
}

/// A table.
pub struct Table {
    /// Its headings.
    pub headings: Vec<Line>,
    /// Its rows; each has a cell for each heading, each cell some lines.
    pub rows: Vec<Vec<Vec<Line>>>,
}

/// Which way the fields of an entity go.
pub struct Flows {
    /// The entity.
    pub entity: String,
    /// Each system, and how many fields go which way.
    pub systems: Vec<Flow>,
}

/// How many fields go which way in one system.
pub struct Flow {
    /// The system.
    pub system: String,
    /// From the system to the others only.
    pub gives: usize,
    /// From the others to the system only.
    pub takes: usize,
    /// Both ways.
    pub both: usize,
    /// Compared, and no more.
    pub watched: usize,
    /// Not at all.
    pub apart: usize,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Words.
    Plain(String),
    /// Words that stand out.
    Strong(String),
    /// A name or a value, letter by letter.
    Code(String),
}

/// Words in a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    /// A line that is one name or value.
    pub fn of_code(code: impl Into<String>) -> Self {
        Self::default().code(code)
    }

    /// Names or values with commas between them.
    pub fn of_codes<T: ToString>(codes: impl IntoIterator<Item = T>) -> Self {
        Self::default().codes(codes)
    }

    /// And these words.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Plain(text.into()));
        self
    }

    /// And these words, so that they stand out.
    pub fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Strong(text.into()));
        self
    }

    /// And this name or value. Nothing between two quotation marks would not be
    /// seen, so an empty one is said.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        let code = code.into();
        self.0.push(match code.trim().is_empty() {
            true => Span::Plain("(blank)".to_owned()),
            false => Span::Code(code),
        });
        self
    }

    /// And these names or values, with commas between them.
    pub fn codes<T: ToString>(mut self, codes: impl IntoIterator<Item = T>) -> Self {
        for (at, code) in codes.into_iter().enumerate() {
            if at > 0 {
                self = self.text(", ");
            }
            self = self.code(code.to_string());
        }
        self
    }

    /// And another line after it.
    pub fn then(mut self, line: Self) -> Self {
        self.0.extend(line.0);
        self
    }

    /// The bare words.
    pub fn words(&self) -> String {
        let spans = self.0.iter().map(|span| match span {
            Span::Plain(text) | Span::Strong(text) | Span::Code(text) => text.as_str(),
        });
        spans.collect()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::default().text(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::default().text(text)
    }
}

impl Section {
    /// A section of the document.
    pub fn new(heading: impl Into<Line>, blocks: Vec<Block>) -> Self {
        Self {
            level: Level::Section,
            heading: heading.into(),
            blocks,
        }
    }

    /// A part of the section before it.
    pub fn part(heading: impl Into<Line>, blocks: Vec<Block>) -> Self {
        Self {
            level: Level::Part,
            heading: heading.into(),
            blocks,
        }
    }
}

impl Block {
    /// A paragraph.
    pub fn paragraph(line: impl Into<Line>) -> Self {
        Self::Paragraph(line.into())
    }

    /// A table in which each cell is one line.
    pub fn table<const N: usize>(
        headings: [&str; N],
        rows: impl IntoIterator<Item = [Line; N]>,
    ) -> Self {
        let rows = rows.into_iter();
        Self::Table(Table {
            headings: headings.map(Line::from).into(),
            rows: rows.map(|row| row.map(|line| vec![line]).into()).collect(),
        })
    }
}
