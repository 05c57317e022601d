//! Results as JUnit XML, for programs that collect those of tests.

use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use treaty_workshop::CaseResult;

use crate::exit::Failed;
use crate::output::{cannot_write, write_file};

/// Writes the report: a suite for each file.
pub fn write(path: &Path, treaty: &str, results: &[CaseResult]) -> Result<(), Failed> {
    let mut report = Report::new(treaty);
    for of_file in results.chunk_by(|one, next| one.file == next.file) {
        let mut suite = TestSuite::new(of_file[0].file.as_str());
        suite.add_test_cases(of_file.iter().map(case));
        report.add_test_suite(suite);
    }
    let text = report
        .to_string()
        .map_err(|error| cannot_write(path, &error.to_string()))?;
    write_file(path, text)
}

fn case(result: &CaseResult) -> TestCase {
    let status = match result.passed() {
        true => TestCaseStatus::success(),
        false => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let told = result.differences.iter().map(|difference| {
                let (about, expected) = (&difference.about, &difference.expected);
                format!("{about}: expected {expected}, got {}", difference.got)
            });
            let told: Vec<_> = told.collect();
            status.set_message(told.first().map_or("", String::as_str));
            status.set_description(told.join("\n"));
            status
        }
    };
    let mut case = TestCase::new(result.name.as_str(), status);
    case.set_classname(format!("{}.{}", result.entity, result.rule));
    case.set_time(Duration::from_micros(result.time_us));
    case
}
