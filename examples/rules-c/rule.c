/* Keeps what a person wrote over what an automation wrote, then the newest. */

#include "treaty.h"

#define NOBODY SIZE_MAX

const struct description rule_about = {
    .name = TEXT("keep-person"),
    .version = TEXT("1.0.0"),
    .summary = TEXT("Keeps what a person wrote over what an automation wrote, then the newest."),
    .configuration_schema =
        TEXT("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"),
};

/* How far apart two clocks may be, as the treaty says it. */
static struct text tolerance_text(const struct setup *setup) {
    for (size_t at = 0; at < setup->attributes.count; at++)
        if (same_text(setup->attributes.at[at].name, TEXT("clock-tolerance-ms")))
            return setup->attributes.at[at].value;
    return TEXT("0");
}

/* A whole number of at most 32 bits; less than nought where it is none. */
static int64_t whole_number(struct text text) {
    int64_t number = text.bytes > 0 ? 0 : -1;
    for (size_t at = 0; at < text.bytes && number >= 0; at++) {
        const char digit = text.at[at];
        number = digit >= '0' && digit <= '9' ? number * 10 + (digit - '0') : -1;
        if (number > UINT32_MAX)
            number = -1;
    }
    return number;
}

struct text rule_problem(const struct setup *setup) {
    const struct text tolerance = tolerance_text(setup);
    if (whole_number(tolerance) >= 0)
        return (struct text){ 0 };
    const struct text said = join(TEXT("the clock tolerance "), tolerance);
    return join(said, TEXT(" is no whole number"));
}

/* Which candidates still count. */
struct wanted {
    bool without_automations;
    int64_t not_before;
};

static bool counts(const struct candidate *side, struct wanted wanted) {
    if (wanted.without_automations && side->actor_kind == ACTOR_AUTOMATION)
        return false;
    return !side->at.said || side->at.value >= wanted.not_before;
}

/* The first that counts, where all that count hold the same. */
static size_t only_value(const struct contested *contested, struct wanted wanted) {
    const struct candidate *sides = contested->candidates.at;
    size_t first = NOBODY;
    for (size_t at = 0; at < contested->candidates.count; at++) {
        if (!counts(&sides[at], wanted))
            continue;
        if (first == NOBODY)
            first = at;
        else if (!same_value(&sides[first].value, &sides[at].value))
            return NOBODY;
    }
    return first;
}

struct verdict rule_decide(const struct setup *setup, const struct contested *contested) {
    const struct candidate *sides = contested->candidates.at;
    struct wanted wanted = { false, INT64_MIN };
    for (size_t at = 0; at < contested->candidates.count; at++)
        wanted.without_automations |= sides[at].actor_kind == ACTOR_PERSON;
    size_t winner = only_value(contested, wanted);
    if (winner != NOBODY)
        return keep(contested, winner, TEXT("person over automation"));

    int64_t newest = INT64_MIN;
    for (size_t at = 0; at < contested->candidates.count; at++) {
        if (!counts(&sides[at], wanted))
            continue;
        if (!sides[at].at.said)
            return escalate(contested, TEXT("a side does not say when it was changed"));
        if (sides[at].at.value > newest)
            newest = sides[at].at.value;
    }
    const int64_t tolerance = whole_number(tolerance_text(setup)) * 1000;
    wanted.not_before = newest < INT64_MIN + tolerance ? INT64_MIN : newest - tolerance;
    winner = only_value(contested, wanted);
    if (winner != NOBODY)
        return keep(contested, winner, TEXT("the newest"));
    return escalate(contested, TEXT("the sides were changed at the same time"));
}
