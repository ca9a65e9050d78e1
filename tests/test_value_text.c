/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/error.h"
#include "sim/value_text.h"

#include <stdio.h>
#include <string.h>

#define DURATION_EXPECTED "a duration with a unit, such as 15ms (ns us ms s min h d)"
#define SIZE_EXPECTED "a size with a unit, such as 64KiB (B kB KiB MB MiB GB GiB)"

static bool message_is(const GError *error, const char *text)
{
    const bool is_same = error != NULL && error->domain == SKEIN_ERROR &&
                         error->code == SKEIN_ERROR_INPUT && strcmp(error->message, text) == 0;
    if (!is_same) {
        fprintf(stderr, "\n  got      %s\n  expected %s\n", error ? error->message : "-", text);
    }
    return is_same;
}

static void value_parse_is_exact(void)
{
    static const struct {
        const char *text;
        ValueUnit unit;
        int64_t value;
    } cases[] = {
        {"15ms", VALUE_DURATION, 15000000},
        {" 15 ms ", VALUE_DURATION, 15000000},
        {"1.5ms", VALUE_DURATION, 1500000},
        {"0.000000001s", VALUE_DURATION, 1},
        {"0.1s", VALUE_DURATION, 100000000},
        {"123.456789012s", VALUE_DURATION, INT64_C(123456789012)},
        {"1.000000000000000000000s", VALUE_DURATION, 1000000000},
        {"2min", VALUE_DURATION, INT64_C(120000000000)},
        {"0.5d", VALUE_DURATION, INT64_C(43200000000000)},
        {"-3us", VALUE_DURATION, -3000},
        {"+3us", VALUE_DURATION, 3000},
        {"1e3ms", VALUE_DURATION, 1000000000},
        {"1e-9s", VALUE_DURATION, 1},
        {"0", VALUE_DURATION, 0},
        {"0.00", VALUE_SIZE, 0},
        {"0e9999s", VALUE_DURATION, 0},
        {"9223372036854775807ns", VALUE_DURATION, INT64_MAX},
        {"-9223372036854775808ns", VALUE_DURATION, INT64_MIN},
        {"9223372036.854775807s", VALUE_DURATION, INT64_MAX},
        {"64KiB", VALUE_SIZE, 65536},
        {"0.000000000931322574615478515625GiB", VALUE_SIZE, 1},
        {"1.5kB", VALUE_SIZE, 1500},
        {"100Mbit/s", VALUE_RATE, 100000000},
        {"12.5MB/s", VALUE_RATE, 100000000},
        {"1KiB/s", VALUE_RATE, 8192},
        {"0.125B/s", VALUE_RATE, 1},
        {"20", VALUE_COUNT, 20},
        {"1e6", VALUE_COUNT, 1000000},
        {"2.50e2", VALUE_COUNT, 250},
        {"000123000", VALUE_COUNT, 123000},
        {"-7", VALUE_COUNT, -7},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t value = -999;
        CU_ASSERT_TRUE(value_parse(cases[i].text, cases[i].unit, &value, NULL));
        CU_ASSERT_EQUAL(value, cases[i].value);
    }
}

static void value_parse_says_what_was_expected(void)
{
    static const struct {
        const char *text;
        ValueUnit unit;
        const char *message;
    } cases[] = {
        {"15", VALUE_DURATION, "found '15', expected " DURATION_EXPECTED},
        {"", VALUE_DURATION, "found '', expected " DURATION_EXPECTED},
        {"ms", VALUE_DURATION, "found 'ms', expected " DURATION_EXPECTED},
        {".5ms", VALUE_DURATION, "found '.5ms', expected " DURATION_EXPECTED},
        {"5.ms", VALUE_DURATION, "found '5.ms', expected " DURATION_EXPECTED},
        {"15mss", VALUE_DURATION,
         "found '15mss', expected " DURATION_EXPECTED "; did you mean 'ms'?"},
        {"15 seconds", VALUE_DURATION,
         "found '15 seconds', expected " DURATION_EXPECTED "; did you mean 's'?"},
        {"2minutes", VALUE_DURATION,
         "found '2minutes', expected " DURATION_EXPECTED "; did you mean 'min'?"},
        {"64 KB", VALUE_SIZE, "found '64 KB', expected " SIZE_EXPECTED "; did you mean 'kB'?"},
        {"64", VALUE_SIZE, "found '64', expected " SIZE_EXPECTED},
        {"0.5ns", VALUE_DURATION, "found '0.5ns', expected a whole number of ns"},
        {"0.0000000001s", VALUE_DURATION, "found '0.0000000001s', expected a whole number of ns"},
        {"9223372036854775808ns", VALUE_DURATION,
         "found '9223372036854775808ns', expected less than 2^63 ns"},
        {"1e9999d", VALUE_DURATION, "found '1e9999d', expected less than 2^63 ns"},
        {"1e999999999999999999999d", VALUE_DURATION,
         "found '1e999999999999999999999d', expected less than 2^63 ns"},
        {"1.5", VALUE_COUNT, "found '1.5', expected a whole number, such as 20"},
        {"20 peers", VALUE_COUNT, "found '20 peers', expected a whole number, such as 20"},
        {"1e19", VALUE_COUNT, "found '1e19', expected a number below 2^63"},
        {"1234567890123456789012345678901", VALUE_COUNT,
         "found '1234567890123456789012345678901', expected a whole number, such as 20"},
        {"100Mbit", VALUE_RATE,
         "found '100Mbit', expected a rate with a unit, such as 100Mbit/s (bit/s kbit/s Mbit/s "
         "Gbit/s B/s kB/s KiB/s MB/s MiB/s GB/s GiB/s); did you mean 'Mbit/s'?"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t value = 77;
        CU_ASSERT_FALSE(value_parse(cases[i].text, cases[i].unit, &value, &error));
        CU_ASSERT_EQUAL(value, 77);
        CU_ASSERT_TRUE(message_is(error, cases[i].message));
    }
}

static void value_print_is_short_and_reads_back(void)
{
    static const struct {
        int64_t value;
        ValueUnit unit;
        const char *text;
    } cases[] = {
        {1500000, VALUE_DURATION, "1.5ms"},
        {15000000, VALUE_DURATION, "15ms"},
        {100000000, VALUE_DURATION, "100ms"},
        {1, VALUE_DURATION, "1ns"},
        {0, VALUE_DURATION, "0"},
        {-3000, VALUE_DURATION, "-3us"},
        {INT64_C(60000000000), VALUE_DURATION, "60s"},
        {INT64_C(3600000000000), VALUE_DURATION, "1h"},
        {INT64_C(5400000000000), VALUE_DURATION, "1.5h"},
        {INT64_C(86400000000000), VALUE_DURATION, "1d"},
        {INT64_C(123456789012), VALUE_DURATION, "123.456789012s"},
        {INT64_MAX, VALUE_DURATION, "9223372036.854775807s"},
        {INT64_MIN, VALUE_DURATION, "-9223372036.854775808s"},
        {65536, VALUE_SIZE, "64KiB"},
        {1500, VALUE_SIZE, "1.5kB"},
        {1000, VALUE_SIZE, "1kB"},
        {1000000, VALUE_SIZE, "1MB"},
        {100000000, VALUE_RATE, "100Mbit/s"},
        {8192, VALUE_RATE, "8192bit/s"},
        {1000000, VALUE_COUNT, "1000000"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = value_print(cases[i].value, cases[i].unit);
        int64_t value = -999;
        CU_ASSERT_STRING_EQUAL(text, cases[i].text);
        CU_ASSERT_TRUE(value_parse(text, cases[i].unit, &value, NULL));
        CU_ASSERT_EQUAL(value, cases[i].value);
    }
}

static void value_print_readable_fits_people(void)
{
    static const struct {
        int64_t value;
        ValueUnit unit;
        unsigned digits;
        const char *text;
    } cases[] = {
        {18970707, VALUE_DURATION, 0, "18.970707ms"},
        {18970707, VALUE_DURATION, 3, "19ms"},
        {18970707, VALUE_DURATION, 4, "18.97ms"},
        {-999999, VALUE_DURATION, 4, "-1ms"},
        {999, VALUE_DURATION, 4, "999ns"},
        {0, VALUE_DURATION, 4, "0"},
        {INT64_C(156000000000), VALUE_DURATION, 0, "156s"},
        {INT64_C(86400000000000), VALUE_DURATION, 0, "86400s"},
        {INT64_MAX, VALUE_DURATION, 0, "9223372036.854775807s"},
        {INT64_MIN, VALUE_DURATION, 0, "-9223372036.854775808s"},
        {INT64_MIN, VALUE_DURATION, 1, "-9000000000s"},
        {65536, VALUE_SIZE, 0, "65.536kB"},
        {8192, VALUE_RATE, 2, "8.2kbit/s"},
        {1234567, VALUE_COUNT, 2, "1234567"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            value_print_readable(cases[i].value, cases[i].unit, cases[i].digits);
        CU_ASSERT_STRING_EQUAL(text, cases[i].text);
    }
}

static void value_print_reads_back_for_any_value(void)
{
    uint64_t state = 1;
    unsigned failures = 0;
    for (unsigned i = 0; i < 4000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        const int64_t expected = (int64_t)state >> (i % 64);
        g_autofree char *text = value_print(expected, (ValueUnit)(i % 4));
        int64_t value = 0;
        failures += !value_parse(text, (ValueUnit)(i % 4), &value, NULL) || value != expected;
    }
    CU_ASSERT_EQUAL(failures, 0);
}

static void value_probability_takes_percent_or_share(void)
{
    static const struct {
        const char *text;
        double probability;
    } good[] = {
        {"1%", 0.01}, {"0.1 %", 0.001}, {"0.5", 0.5}, {"0", 0},
        {"100%", 1},  {"1e-6", 1e-6},   {"7%", 0.07},
    };
    static const char *const bad[] = {"101%", "1.5", "-0.1", "x", "", "1%%", "5ms", "nan", "1e999"};
    double probability = -1;
    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
        CU_ASSERT_TRUE(value_parse_probability(good[i].text, &probability, NULL));
        CU_ASSERT_EQUAL(probability, good[i].probability);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *message = g_strdup_printf(
            "found '%s', expected a probability from 0 to 1, such as 1%% or 0.01", bad[i]);
        CU_ASSERT_FALSE(value_parse_probability(bad[i], &probability, &error));
        CU_ASSERT_TRUE(message_is(error, message));
    }
}

static void value_number_and_yes_no(void)
{
    double number = 0;
    bool flag = false;
    g_autoptr(GError) error = NULL;
    CU_ASSERT_TRUE(value_parse_number("-2.5e3", &number, NULL));
    CU_ASSERT_EQUAL(number, -2500);
    CU_ASSERT_FALSE(value_parse_number("inf", &number, NULL));
    CU_ASSERT_FALSE(value_parse_number("1e400", &number, NULL));
    CU_ASSERT_FALSE(value_parse_number("1,5", &number, NULL));
    CU_ASSERT_TRUE(value_parse_yes_no("yes", &flag, NULL) && flag);
    CU_ASSERT_TRUE(value_parse_yes_no("off", &flag, NULL) && !flag);
    CU_ASSERT_TRUE(value_parse_yes_no("true", &flag, NULL) && flag);
    CU_ASSERT_FALSE(value_parse_yes_no("1", &flag, &error));
    CU_ASSERT_TRUE(message_is(error, "found '1', expected yes or no"));
}

CU_TestInfo suite_value_text[] = {
    {"value_parse_is_exact", value_parse_is_exact},
    {"value_parse_says_what_was_expected", value_parse_says_what_was_expected},
    {"value_print_is_short_and_reads_back", value_print_is_short_and_reads_back},
    {"value_print_readable_fits_people", value_print_readable_fits_people},
    {"value_print_reads_back_for_any_value", value_print_reads_back_for_any_value},
    {"value_probability_takes_percent_or_share", value_probability_takes_percent_or_share},
    {"value_number_and_yes_no", value_number_and_yes_no},
    CU_TEST_INFO_NULL,
};
