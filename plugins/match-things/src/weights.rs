//! The shipped weights, each with its name in the configuration.

treaty_evidence::weights! {
    /// The most that a text proves.
    text_max, "text-max", 14.0;
    /// Less than an equal text: one letter off, or very alike.
    text_close, "text-close", -1.5;
    /// Texts that differ.
    text_conflict, "text-conflict", -7.0;
    /// The most that another value proves.
    value_max, "value-max", 12.0;
    /// Values that differ.
    value_conflict, "value-conflict", -3.0;
    /// The most that an id proves.
    id_max, "id-max", 30.0;
    /// Ids that differ.
    id_conflict, "id-conflict", -8.0;
}
