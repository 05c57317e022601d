/* What a resolver in C needs: the contract's types as they lie in memory, and the
   functions that the host calls.

   The types are those of wit/0.1.0, where every word is explained; how they lie in
   memory, and the names of the functions, is the component model's canonical ABI. One
   file of a rule includes this. It says who it is, what is wrong with a setup, and who
   wins a field: `rule_about`, `rule_problem`, `rule_decide`.

   Memory is handed out and never taken back: an instance answers one batch. */

#ifndef TREATY_H
#define TREATY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIST(of) struct { const of *at; size_t count; }

struct text { const char *at; size_t bytes; };
typedef LIST(struct text) texts;

/* A text that stands in the program. */
#define TEXT(words) ((struct text){ words, sizeof(words) - 1 })

enum value_kind {
    VALUE_NULL, VALUE_BOOLEAN, VALUE_INTEGER, VALUE_DECIMAL, VALUE_TEXT,
    VALUE_DATE, VALUE_INSTANT, VALUE_CHOICES, VALUE_REFERENCE, VALUE_JSON,
};
struct value {
    uint8_t kind;
    union {
        bool boolean;
        int64_t integer;   /* also of an instant: microseconds since 1970 */
        struct text text;  /* of all other kinds */
        texts choices;
    };
};

struct cell { bool said; struct value value; };
typedef LIST(struct cell) row;
struct maybe_u32 { bool said; uint32_t value; };
struct maybe_s64 { bool said; int64_t value; };
struct maybe_text { bool said; struct text value; };

struct attribute { struct text name, value; };
typedef LIST(struct attribute) attributes;
struct field { struct text name, kind; attributes attributes; };
typedef LIST(struct field) fields;
struct system { struct text name; fields fields; attributes attributes; };
typedef LIST(struct system) systems;
struct setup {
    struct text entity;
    fields canonical;
    systems systems;
    struct text configuration;
    attributes attributes;
};

enum standing { STANDING_EDITED, STANDING_FIRST_SEEN, STANDING_AGREED };
enum actor { ACTOR_UNKNOWN, ACTOR_PERSON, ACTOR_AUTOMATION, ACTOR_TREATY };
struct candidate {
    struct maybe_u32 system;
    struct value value;
    uint8_t standing;
    struct maybe_s64 at;
    uint8_t actor_kind;
    struct maybe_text actor;
};
struct contested {
    uint32_t field;
    struct cell base;
    LIST(struct candidate) candidates;
    attributes attributes;
};
struct conflict { LIST(struct contested) contested; row agreed; attributes attributes; };

enum decision_kind { DECISION_KEEP, DECISION_SET, DECISION_ESCALATE };
struct verdict {
    uint32_t field;
    struct { uint8_t kind; union { uint32_t keep; struct value set; }; } decision;
    struct text reason;
};
struct rule_error { struct maybe_u32 field; struct text message; };
struct answer {
    bool is_error;
    union { LIST(struct verdict) verdicts; struct rule_error error; };
};

struct description {
    struct text name, version, summary, configuration_schema;
    attributes attributes;
};
struct problem {
    struct maybe_u32 field, system;
    struct maybe_text place;
    struct text message;
};

/* Who the rule is. */
extern const struct description rule_about;
/* What is wrong with a setup; of no bytes where nothing is. */
struct text rule_problem(const struct setup *setup);
/* Who wins. */
struct verdict rule_decide(const struct setup *setup, const struct contested *contested);

/* This candidate wins, by its place among the candidates. */
static inline struct verdict keep(const struct contested *of, size_t winner, struct text why) {
    struct verdict verdict = { .field = of->field, .reason = why };
    verdict.decision.kind = DECISION_KEEP;
    verdict.decision.keep = winner;
    return verdict;
}

/* A person must decide. */
static inline struct verdict escalate(const struct contested *of, struct text why) {
    struct verdict verdict = { .field = of->field, .reason = why };
    verdict.decision.kind = DECISION_ESCALATE;
    return verdict;
}

static inline bool same_text(struct text one, struct text other) {
    bool same = one.bytes == other.bytes;
    for (size_t at = 0; same && at < one.bytes; at++)
        same = one.at[at] == other.at[at];
    return same;
}

static inline bool same_value(const struct value *one, const struct value *other) {
    if (one->kind != other->kind)
        return false;
    switch (one->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
        return one->boolean == other->boolean;
    case VALUE_INTEGER:
    case VALUE_INSTANT:
        return one->integer == other->integer;
    case VALUE_CHOICES: {
        bool same = one->choices.count == other->choices.count;
        for (size_t at = 0; same && at < one->choices.count; at++)
            same = same_text(one->choices.at[at], other->choices.at[at]);
        return same;
    }
    default:
        return same_text(one->text, other->text);
    }
}

/* Fresh memory, all nought; the instance ends where there is none. */
static void *take(size_t bytes, size_t align) {
    extern char __heap_base;
    static uintptr_t top;
    const uintptr_t page = 65536;
    if (top == 0)
        top = (uintptr_t)&__heap_base;
    uintptr_t at = (top + align - 1) / align * align;
    uintptr_t end = at + bytes, have = __builtin_wasm_memory_size(0) * page;
    if (end < at)
        __builtin_trap();
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + page - 1) / page) == SIZE_MAX)
        __builtin_trap();
    top = end;
    return (void *)at;
}

/* There is no C library; this one the compiler asks for. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
    for (size_t at = 0; at < bytes; at++)
        ((char *)to)[at] = ((const char *)from)[at];
    return to;
}

/* Two texts as one. */
static inline struct text join(struct text one, struct text other) {
    char *at = take(one.bytes + other.bytes, 1);
    memcpy(at, one.at, one.bytes);
    memcpy(at + one.bytes, other.at, other.bytes);
    return (struct text){ at, one.bytes + other.bytes };
}

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("cabi_realloc")
void *treaty_realloc(const char *old, size_t old_bytes, size_t align, size_t bytes) {
    return memcpy(take(bytes, align), old, old_bytes < bytes ? old_bytes : bytes);
}

/* A setup crosses as ten numbers, each of its texts and lists as two of them. */
#define SETUP_PARTS \
    const char *entity, size_t entity_bytes, const struct field *canonical, \
    size_t canonical_count, const struct system *systems, size_t systems_count, \
    const char *configuration, size_t configuration_bytes, \
    const struct attribute *attributes, size_t attributes_count
#define SETUP { \
    { entity, entity_bytes }, { canonical, canonical_count }, { systems, systems_count }, \
    { configuration, configuration_bytes }, { attributes, attributes_count } }

EXPORT("treaty:rules/description@0.1.0#describe")
const struct description *treaty_describe(void) { return &rule_about; }

EXPORT("treaty:rules/description@0.1.0#check")
const void *treaty_check(SETUP_PARTS) {
    const struct setup setup = SETUP;
    LIST(struct problem) *problems = take(sizeof *problems, _Alignof(size_t));
    struct problem *problem = take(sizeof *problem, _Alignof(struct problem));
    problem->message = rule_problem(&setup);
    problems->at = problem;
    problems->count = problem->message.bytes > 0;
    return problems;
}

EXPORT("treaty:rules/resolver@0.1.0#resolve")
const void *treaty_resolve(SETUP_PARTS, const struct conflict *batch, size_t batch_count) {
    const struct setup setup = SETUP;
    const struct text problem = rule_problem(&setup);
    struct answer *answers = take(batch_count * sizeof *answers, _Alignof(struct answer));
    for (size_t at = 0; at < batch_count; at++) {
        struct answer *answer = &answers[at];
        answer->is_error = problem.bytes > 0;
        if (answer->is_error) {
            answer->error.message = problem;
            continue;
        }
        const size_t count = batch[at].contested.count;
        struct verdict *verdicts = take(count * sizeof *verdicts, _Alignof(struct verdict));
        for (size_t field = 0; field < count; field++)
            verdicts[field] = rule_decide(&setup, &batch[at].contested.at[field]);
        answer->verdicts.at = verdicts;
        answer->verdicts.count = count;
    }
    LIST(struct answer) *all = take(sizeof *all, _Alignof(size_t));
    all->at = answers;
    all->count = batch_count;
    return all;
}

/* The border's layout, which nothing may shift. */
_Static_assert(sizeof(struct cell) == 24, "a cell");
_Static_assert(sizeof(struct candidate) == 64, "a candidate");
_Static_assert(sizeof(struct contested) == 48, "a contested field");
_Static_assert(sizeof(struct conflict) == 24, "a conflict");
_Static_assert(sizeof(struct verdict) == 40, "a verdict");
_Static_assert(sizeof(struct answer) == 20, "an answer");
_Static_assert(sizeof(struct problem) == 36, "a problem");
_Static_assert(sizeof(struct description) == 40, "a description");

#endif
