/* SPDX-License-Identifier: MIT */
/* Timeline rows as words: splitting, and matching against a usage. */
#include "tests/suite.h"

#include "models/usage.h"

#include <string.h>

static const struct {
    const char *text;
    const char *words; /* joined by `|`; NULL: an error */
    const char *message;
} SPLITS[] = {
    {"heal", "heal", NULL},
    {"", "", NULL},
    {"  crash \t 3  ", "crash|3", NULL},
    {"partition {0..9} {10, 11}", "partition|{0..9}|{10, 11}", NULL},
    {"set link.latency normal(10ms, 2ms)", "set|link.latency|normal(10ms, 2ms)", NULL},
    {"crash 'New York'", "crash|New York", NULL},
    {"crash \"L'Aquila\"", "crash|L'Aquila", NULL},
    {"say ''", "say|", NULL},
    {"crash {'New York', Oslo}", "crash|{New York, Oslo}", NULL},
    {"crash '{0}' 1", "crash|{0}|1", NULL},
    {"crash a}b", "crash|a}b", NULL},
    {"set a f(g(1, 2), {3})", "set|a|f(g(1, 2), {3})", NULL},
    {"crash {0, 1", NULL, "found 'crash {0, 1', expected a closing } or )"},
    {"set a uniform(1ms", NULL, "found 'set a uniform(1ms', expected a closing } or )"},
    {"crash 'New York", NULL, "found 'crash 'New York', expected a closing quote"},
};

static void usage_splits_at_blanks_outside_of_brackets_and_quotes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(SPLITS); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) words = usage_split(SPLITS[i].text, &error);
        if (SPLITS[i].words == NULL) {
            CU_ASSERT_PTR_NULL(words);
            CU_ASSERT_PTR_NOT_NULL_FATAL(error);
            CU_ASSERT_STRING_EQUAL(error->message, SPLITS[i].message);
            continue;
        }
        CU_ASSERT_PTR_NOT_NULL_FATAL(words);
        g_autofree char *joined = g_strjoinv("|", words);
        CU_ASSERT_STRING_EQUAL(joined, SPLITS[i].words);
    }
}

static const char *const NAMES[] = {"Oslo", "New York", "Lima", "Pune", NULL};
static const UsageContext CONTEXT = {.peer_count = 4, .peer_names = NAMES};

static bool match(const char *usage, const char *text, UsageMatch *ret_match, GError **error)
{
    g_auto(GStrv) words = usage_split(text, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(words);
    return usage_match(usage, words, &CONTEXT, ret_match, error);
}

static void usage_matches_typed_words(void)
{
    UsageMatch found;
    g_autoptr(GError) error = NULL;
    CU_ASSERT_FATAL(match("send PEER PEER tokens COUNT DURATION PROBABILITY",
                          "send 2 'New York' tokens 17 3ms 25%", &found, &error));
    CU_ASSERT_EQUAL(found.count, 5);
    static const int64_t ARGUMENTS[] = {2, 1, 17, 3000000, INT64_C(1) << 30};
    for (unsigned i = 0; i < found.count; i++) {
        CU_ASSERT_EQUAL(found.arguments[i], ARGUMENTS[i]);
    }
    CU_ASSERT_EQUAL(found.set_count, 2);
    CU_ASSERT(peer_set_has(found.sets[0], 2) && peer_set_count(found.sets[0]) == 1);
    CU_ASSERT(peer_set_has(found.sets[1], 1) && peer_set_count(found.sets[1]) == 1);
    peer_set_free(found.sets[0]);
    peer_set_free(found.sets[1]);
}

static void usage_matches_sets_and_texts(void)
{
    g_auto(GStrv) words = usage_split("set {0..1} {2, Pune} link.loss 5%", NULL);
    UsageMatch found;
    CU_ASSERT_FATAL(usage_match("set PEERS PEERS TEXT TEXT", words, &CONTEXT, &found, NULL));
    CU_ASSERT_EQUAL(found.set_count, 2);
    CU_ASSERT_EQUAL(peer_set_count(found.sets[0]), 2);
    CU_ASSERT(peer_set_has(found.sets[1], 2) && peer_set_has(found.sets[1], 3));
    CU_ASSERT_EQUAL(found.text_count, 2);
    CU_ASSERT_STRING_EQUAL(found.texts[0], "link.loss");
    CU_ASSERT_STRING_EQUAL(found.texts[1], "5%");
    CU_ASSERT_EQUAL(found.arguments[0], 0);
    peer_set_free(found.sets[0]);
    peer_set_free(found.sets[1]);
}

static const struct {
    const char *usage, *text;
    const char *in_message; /* besides the usage itself */
} REFUSED[] = {
    {"crash PEERS", "crash", "found 1 words"},
    {"crash PEERS", "crash 1 2", "found 3 words"},
    {"send PEER tokens COUNT", "send 1 coins 5", "found 'coins', expected 'tokens'"},
    {"send PEER tokens COUNT", "send {0..2} tokens 5", "found '{0..2}', expected one peer"},
    {"send PEER tokens COUNT", "send 4 tokens 5", "4"},
    {"send PEER tokens COUNT", "send Osol tokens 5", "Osol"},
    {"send PEER tokens COUNT", "send 1 tokens five", "five"},
    {"wait DURATION", "wait 5", "5"},
    {"lose PROBABILITY", "lose 150%", "150%"},
};

static void usage_names_what_does_not_match(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        g_autoptr(GError) error = NULL;
        UsageMatch found;
        CU_ASSERT_FALSE(match(REFUSED[i].usage, REFUSED[i].text, &found, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        g_autofree char *ending = g_strdup_printf("; usage: %s", REFUSED[i].usage);
        if (strstr(error->message, REFUSED[i].in_message) == NULL) {
            g_printerr("    found %s, expected in it %s\n", error->message, REFUSED[i].in_message);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, REFUSED[i].in_message));
        CU_ASSERT(g_str_has_suffix(error->message, ending));
        CU_ASSERT(found.sets[0] == NULL && found.sets[1] == NULL && found.count == 0);
    }
}

CU_TestInfo suite_usage[] = {
    {"usage_splits_at_blanks_outside_of_brackets_and_quotes",
     usage_splits_at_blanks_outside_of_brackets_and_quotes},
    {"usage_matches_typed_words", usage_matches_typed_words},
    {"usage_matches_sets_and_texts", usage_matches_sets_and_texts},
    {"usage_names_what_does_not_match", usage_names_what_does_not_match},
    CU_TEST_INFO_NULL,
};
