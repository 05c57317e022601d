//! One suite for all systems: whatever a connector promises with its trait is
//! checked here, in the same words for each of them.
//!
//! `world.rs` says what a system must offer to be tested: a table of people, and
//! ways to change it as its own users would. Each file of checks takes any such
//! world. To add a connector, add a world to `worlds/` and a line to `suite!`.

mod changes;
mod content;
mod describe;
mod find;
mod sample;
mod world;
mod worlds;
mod writes;

/// Every check, for every world.
macro_rules! suite {
    ($($check:path),+ $(,)?) => {
        suite! { @world csv, worlds::csv::world, [$($check),+] }
        suite! { @world sqlite_log, worlds::sqlite::log, [$($check),+] }
        suite! { @world sqlite_watermark, worlds::sqlite::watermark, [$($check),+] }
        suite! { @world postgres_log, worlds::postgres::log, [$($check),+] }
        suite! { @world postgres_decoding, worlds::postgres::decoding, [$($check),+] }
        suite! { @world postgres_watermark, worlds::postgres::watermark, [$($check),+] }
    };
    (@world $name:ident, $world:path, [$($check:path),+]) => {
        /// The suite in this world. One test for each world, so that each needs
        /// one start of its server; a failure names its check.
        #[test]
        fn $name() {
            let checks: &[(&str, world::Check)] = &[
                $((stringify!($check), |world| Box::pin($check(world)))),+
            ];
            world::run(stringify!($name), || $world(), checks);
        }
    };
}

suite! {
    describe::fields_have_kinds,
    describe::a_missing_source_lists_what_there_is,
    describe::a_missing_key_field_lists_what_there_is,
    sample::sources_are_listed,
    sample::a_sample_is_bounded_and_leaves_no_trace,
    changes::a_listing_and_then_changes,
    changes::small_pages_show_everything_once,
    changes::a_record_changed_while_listing_is_shown,
    changes::many_rows_of_one_moment_are_paged,
    changes::a_late_commit_is_not_missed,
    changes::a_deleted_row_is_reported,
    changes::an_archived_row_is_reported,
    changes::a_cursor_can_be_used_again,
    changes::quiet_when_nothing_changed,
    changes::another_setup_lists_again,
    writes::an_update_sets_only_its_fields,
    writes::a_stale_update_is_not_made,
    writes::an_update_of_a_missing_record_is_stale,
    writes::an_update_that_already_holds_is_done,
    writes::absent_null_and_empty_are_three_things,
    writes::a_create_with_a_key,
    writes::a_create_without_a_key,
    writes::the_same_create_twice_makes_one_record,
    writes::archive_and_delete,
    writes::a_stale_removal_is_not_made,
    writes::a_removal_asks_only_what_the_caller_knows,
    writes::a_refused_write_leaves_the_others,
    writes::own_writes_are_marked,
    writes::the_key_cannot_be_changed,
    content::texts_survive,
    content::kinds_survive,
    find::landed_and_not_landed,
    find::a_removed_record_is_gone,
    find::an_edit_on_top_of_a_landed_write_is_told_apart,
}
