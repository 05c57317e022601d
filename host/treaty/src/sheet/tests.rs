//! What spreadsheets save is read as they meant it.

use proptest::prelude::*;

use super::*;

fn texts(cells: &[SheetCell]) -> Vec<&str> {
    cells.iter().map(|cell| cell.text.as_str()).collect()
}

fn check(bytes: &[u8], expected: &[&[&str]]) {
    let text = decode(bytes).expect("text");
    let sheet = Sheet::parse(Path::new("t.csv"), &text).expect("a table");
    let mut rows = vec![texts(&sheet.headings)];
    rows.extend(sheet.rows.iter().map(|row| texts(&row.cells)));
    assert_eq!(rows, expected, "{text:?}");
}

#[test]
fn separators_and_quotes() {
    check(b"a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]);
    check(b"a;b\r\n1;2,5\r\n", &[&["a", "b"], &["1", "2,5"]]);
    check(b"a\tb\r1\t 2 ", &[&["a", "b"], &["1", "2"]]);
    check(b"\"a,;b\";c\n1;2", &[&["a,;b", "c"], &["1", "2"]]);
    check(
        b"a,b\n \"x \"\"y\"\" \n z\" ,2",
        &[&["a", "b"], &["x \"y\" \n z", "2"]],
    );
    check(b"sep=;\r\na;b\r\n", &[&["a", "b"]]);
    check(b"a\n1\n", &[&["a"], &["1"]]);
}

#[test]
fn blank_rows_are_left_out() {
    check(b"\n\na,b\n,\n  ,  \n1,2\n\n", &[&["a", "b"], &["1", "2"]]);
}

#[test]
fn encodings() {
    let expected: &[&[&str]] = &[&["straße", "b"], &["Zoë", "€"]];
    let text = "straße;b\r\nZoë;€";
    check(text.as_bytes(), expected);
    check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), expected);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&little, expected);
    check(&[b"\xff\xfe", &little[..]].concat(), expected);
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(&big, expected);
    check(&[b"\xfe\xff", &big[..]].concat(), expected);
    check(b"stra\xdfe;b\r\nZo\xeb;\x80", expected);
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(decode(b"PK\x03\x04\x00\x00"), None);
    assert_eq!(decode(b"\xff\xfe\x00\xd8"), None);
}

#[test]
fn a_cell_knows_where_it_stands() {
    let sheet = Sheet::parse(Path::new("t.csv"), "ä, b\n\"x\ny\", z\n").expect("a table");
    let place = |cell: &SheetCell| (cell.line, cell.column);
    assert_eq!(place(&sheet.headings[1]), (1, 4));
    assert_eq!(sheet.rows[0].line, 2);
    assert_eq!(place(&sheet.rows[0].cells[1]), (3, 5));
    let problem = Sheet::parse(Path::new("t.csv"), "a,b\n1,\"2\n").expect_err("an open quote");
    assert_eq!((problem.line, problem.column), (Some(2), Some(3)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::default() })]

    /// Whatever a CSV writer writes is read back, but for spaces around a text
    /// and blank rows.
    #[test]
    fn what_is_written_is_read_back(
        rows in prop::collection::vec(prop::array::uniform3("[a-z\"',;\t é\n]{0,6}"), 0..6),
        separator in prop::sample::select(vec![b',', b';', b'\t']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["field", "type", "owner"]).expect("memory");
        for row in &rows {
            writer.write_record(row).expect("memory");
        }
        let bytes = writer.into_inner().expect("memory");
        let text = decode(&bytes).expect("text");
        let sheet = Sheet::parse(Path::new("t.csv"), &text).expect("a table");
        let expected: Vec<Vec<&str>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.trim()).collect::<Vec<_>>())
            .filter(|row| row.iter().any(|cell| !cell.is_empty()))
            .collect();
        let read: Vec<Vec<&str>> = sheet.rows.iter().map(|row| texts(&row.cells)).collect();
        prop_assert_eq!(read, expected);
    }
}
