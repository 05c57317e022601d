//! Nothing lives here: the checks of the house's style are in `tests/`.
