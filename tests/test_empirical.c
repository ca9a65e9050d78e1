/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/empirical.h"
#include "sim/random.h"

#include <glib/gstdio.h>
#include <string.h>

/* Reads the text as a file that is gone afterwards. In the message the path is cut off. */
static Empirical *read_text(const char *text, ValueUnit unit, char **ret_message)
{
    g_autofree char *path = NULL;
    const int file = g_file_open_tmp("empirical-XXXXXX", &path, NULL);
    CU_ASSERT_FATAL(file >= 0);
    g_close(file, NULL);
    CU_ASSERT_FATAL(g_file_set_contents(path, text, -1, NULL));
    GError *error = NULL;
    Empirical *empirical = empirical_new(path, unit, &error);
    g_remove(path);
    if (error != NULL) {
        CU_ASSERT(g_str_has_prefix(error->message, path));
        *ret_message = g_strdup(error->message + strlen(path));
        g_error_free(error);
    }
    return empirical;
}

#define FULL_SHARE 0x1p64

/* The word at which a share of all words lies below. */
static uint64_t word_at(double share)
{
    return (uint64_t)(share * FULL_SHARE);
}

static void empirical_inverts_the_steps_in_order_of_value(void)
{
    static const char *const texts[] = {
        "30ms 1\n10ms 2\n20ms 5\n",
        "# measured\n\n10ms, 2\n20ms,5 # most\r\n  30 ms\t1\n",
        "\357\273\27720ms 2.5\n10 ms 1\n20ms 2.5\n10ms 1\n30ms\n40ms 0",
        "10ms 0.25\n20ms 0.625\n30ms 0.125",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *message = NULL;
        g_autoptr(Empirical) empirical = read_text(texts[i], VALUE_DURATION, &message);
        CU_ASSERT_PTR_NOT_NULL_FATAL(empirical);
        CU_ASSERT_EQUAL(empirical_draw(empirical, 0), 10000000);
        CU_ASSERT_EQUAL(empirical_draw(empirical, word_at(0.25) - 1), 10000000);
        CU_ASSERT_EQUAL(empirical_draw(empirical, word_at(0.25)), 20000000);
        CU_ASSERT_EQUAL(empirical_draw(empirical, word_at(0.875) - 1), 20000000);
        CU_ASSERT_EQUAL(empirical_draw(empirical, word_at(0.875)), 30000000);
        CU_ASSERT_EQUAL(empirical_draw(empirical, UINT64_MAX), 30000000);
        CU_ASSERT_EQUAL(empirical_minimum(empirical), 10000000);
        CU_ASSERT_EQUAL(empirical_maximum(empirical), 30000000);
        CU_ASSERT(empirical_mean(empirical) == 18750000);
    }
}

static void empirical_without_weights_takes_each_line_equally(void)
{
    g_autofree char *message = NULL;
    g_autoptr(Empirical) plain = read_text("3\n1\n2\n2\n", VALUE_COUNT, &message);
    g_autoptr(Empirical) weighted = read_text("3 7\n1 7\n2 7\n2 7\n", VALUE_COUNT, &message);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plain);
    CU_ASSERT_PTR_NOT_NULL_FATAL(weighted);
    static const int64_t expected[] = {1, 2, 2, 3};
    for (unsigned i = 0; i < 4; i++) {
        const uint64_t word = (uint64_t)i << 62;
        CU_ASSERT_EQUAL(empirical_draw(plain, word), expected[i]);
        CU_ASSERT_EQUAL(empirical_draw(plain, word | UINT64_MAX >> 2), expected[i]);
        CU_ASSERT_EQUAL(empirical_draw(weighted, word), expected[i]);
    }
    CU_ASSERT(empirical_mean(plain) == 2);
}

static void empirical_shares_follow_the_weights(void)
{
    g_autofree char *message = NULL;
    g_autoptr(Empirical) empirical = read_text("1 1\n2 2\n3 3\n4 4\n", VALUE_COUNT, &message);
    CU_ASSERT_PTR_NOT_NULL_FATAL(empirical);
    unsigned counts[5] = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        counts[empirical_draw(empirical, random_word(8, i))]++;
    }
    double sum = 0;
    for (unsigned i = 1; i <= 4; i++) {
        sum += (counts[i] - 1000.0 * i) * (counts[i] - 1000.0 * i) / (1000.0 * i);
    }
    CU_ASSERT(sum < 16.27); /* 3 degrees of freedom, 0.1 % */
}

static void empirical_errors_name_the_line(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"5ms\n\n7\n", ":3: found '7', expected a duration with a unit, such as 15ms (ns us ms s "
                       "min h d)"},
        {"5ms heavy\n", ":1: found '5ms heavy', expected a duration with a unit, such as 15ms (ns "
                        "us ms s min h d); did you mean 'ms'?"},
        {"5ms 2x\n", ":1: weight: found '2x', expected a number, such as 1.5"},
        {"5ms,\n", ":1: weight: found '', expected a number, such as 1.5"},
        {"5ms 1\n6ms -1\n", ":2: weight: found '-1', expected at least 0"},
        {"value,weight\n5ms,1\n", ":1: found 'value', expected a duration with a unit, such as "
                                  "15ms (ns us ms s min h d)"},
        {"# nothing\n5ms 0\n", ": found no value, expected at least one line with a value and a "
                               "weight above 0"},
        {"", ": found no value, expected at least one line with a value and a weight above 0"},
        {"1ms 1e308\n2ms 1.7e308\n", ": found weights whose sum overflows, expected smaller ones"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message = NULL;
        g_autoptr(Empirical) empirical = read_text(cases[i].text, VALUE_DURATION, &message);
        CU_ASSERT_PTR_NULL(empirical);
        CU_ASSERT_PTR_NOT_NULL_FATAL(message);
        CU_ASSERT_STRING_EQUAL(message, cases[i].message);
    }
    g_autoptr(GError) error = NULL;
    CU_ASSERT_PTR_NULL(empirical_new("no/such/file", VALUE_COUNT, &error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "no/such/file"));
}

CU_TestInfo suite_empirical[] = {
    {"empirical_inverts_the_steps_in_order_of_value",
     empirical_inverts_the_steps_in_order_of_value},
    {"empirical_without_weights_takes_each_line_equally",
     empirical_without_weights_takes_each_line_equally},
    {"empirical_shares_follow_the_weights", empirical_shares_follow_the_weights},
    {"empirical_errors_name_the_line", empirical_errors_name_the_line},
    CU_TEST_INFO_NULL,
};
