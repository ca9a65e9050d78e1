/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/call_text.h"
#include "sim/distribution.h"
#include "sim/error.h"
#include "sim/settings.h"
#include "sim/sim_time.h"

#include <stdio.h>
#include <string.h>

typedef struct PingSettings {
    int64_t count;
    SimDuration interval;
    int64_t size_bytes;
    int64_t rate_bits_per_second;
    double loss;
    double weight;
    bool keep;
    int mode;
    char *title;
    CallText *latency;
    char *peers;
    char **names;
} PingSettings;

static const char *const MODES[] = {"fixed", "random", "round-robin", NULL};
static const char *const MODELS[] = {"matrix", "regions", NULL};

#define FIELD(name) offsetof(PingSettings, name)

static const Setting SETTINGS[] = {
    {.key = "count",
     .type = SETTING_COUNT,
     .offset = FIELD(count),
     .minimum = "1",
     .help = "How many pings each peer sends."},
    {.key = "interval",
     .type = SETTING_DURATION,
     .offset = FIELD(interval),
     .default_text = "1s",
     .minimum = "1us",
     .maximum = "1h",
     .help = "Time between two pings."},
    {.key = "size",
     .type = SETTING_SIZE,
     .offset = FIELD(size_bytes),
     .default_text = "1KiB",
     .maximum = "1MiB",
     .help = "Payload."},
    {.key = "rate",
     .type = SETTING_RATE,
     .offset = FIELD(rate_bits_per_second),
     .default_text = "1Mbit/s",
     .help = "Rate."},
    {.key = "loss",
     .type = SETTING_PROBABILITY,
     .offset = FIELD(loss),
     .default_text = "1%",
     .maximum = "50%",
     .help = "Loss."},
    {.key = "weight",
     .type = SETTING_NUMBER,
     .offset = FIELD(weight),
     .default_text = "1.5",
     .minimum = "0",
     .help = "Weight."},
    {.key = "keep",
     .type = SETTING_YES_NO,
     .offset = FIELD(keep),
     .default_text = "yes",
     .help = "Keep."},
    {.key = "mode",
     .type = SETTING_CHOICE,
     .offset = FIELD(mode),
     .default_text = "random",
     .choices = MODES,
     .help = "Whom to ping."},
    {.key = "title",
     .type = SETTING_TEXT,
     .offset = FIELD(title),
     .default_text = "",
     .help = "Title."},
    {.key = "latency",
     .type = SETTING_CALL,
     .offset = FIELD(latency),
     .default_text = "regions(a.csv)",
     .choices = MODELS,
     .help = "Latency."},
    {.key = "peers",
     .type = SETTING_PEERS,
     .offset = FIELD(peers),
     .default_text = "all",
     .help = "Who pings."},
    {.key = "names",
     .type = SETTING_LIST,
     .offset = FIELD(names),
     .default_text = "[a, b]",
     .help = "Names."},
    {.key = NULL},
};

static const SettingsTable TABLE = {"ping", SETTINGS, sizeof(PingSettings)};

static const Setting LINK_SETTINGS[] = {
    {.key = "bandwidth", .type = SETTING_RATE, .default_text = "1Mbit/s", .help = "Rate."},
    {.key = NULL},
};
static const SettingsTable LINK_TABLE = {"link", LINK_SETTINGS, 8};
static const SettingsTable *const TABLES[] = {&TABLE, &LINK_TABLE, NULL};

/* Values as a scenario file would give them: pairs of key and text, on lines from 1. */
static GPtrArray *values_of(const char *const *pairs)
{
    GPtrArray *values = g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    for (unsigned i = 0; pairs[i] != NULL; i += 2) {
        SettingValue *value =
            setting_value_new(pairs[i], pairs[i + 1], SETTING_FILE, "a.yaml", 1 + i / 2, 9);
        value->key_column = 3;
        g_ptr_array_add(values, value);
    }
    return values;
}

static void settings_read_typed_fields_and_defaults(void)
{
    g_autoptr(GPtrArray) values = values_of((const char *const[]){
        "ping.count",  "1e3",        "ping.interval",  "20ms",         "ping.size",
        "0",           "ping.rate",  "1kB/s",          "ping.loss",    "0.25",
        "ping.weight", "2e-1",       "ping.keep",      "off",          "ping.mode",
        "round-robin", "ping.title", "a: b",           "ping.latency", "matrix(m.csv, unit=ms)",
        "ping.peers",  "{0..9, 12}", "link.bandwidth", "1Gbit/s",      NULL});
    PingSettings ping;
    CU_ASSERT_TRUE_FATAL(settings_read(&TABLE, values, NULL, &ping, NULL));
    CU_ASSERT_EQUAL(ping.count, 1000);
    CU_ASSERT_EQUAL(ping.interval, 20 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(ping.size_bytes, 0);
    CU_ASSERT_EQUAL(ping.rate_bits_per_second, 8000);
    CU_ASSERT_EQUAL(ping.loss, 0.25);
    CU_ASSERT_EQUAL(ping.weight, 0.2);
    CU_ASSERT_FALSE(ping.keep);
    CU_ASSERT_EQUAL(ping.mode, 2);
    CU_ASSERT_STRING_EQUAL(ping.title, "a: b");
    CU_ASSERT_STRING_EQUAL(call_text_option(ping.latency, "unit"), "ms");
    CU_ASSERT_STRING_EQUAL(ping.peers, "{0..9, 12}");
    CU_ASSERT_STRING_EQUAL(ping.names[1], "b");
    CU_ASSERT_PTR_NULL(ping.names[2]);
    CU_ASSERT_EQUAL(values->len, 13);
    settings_clear(&TABLE, &ping);
    CU_ASSERT_PTR_NULL(ping.title);
    CU_ASSERT_PTR_NULL(ping.latency);
    CU_ASSERT_PTR_NULL(ping.names);

    g_autoptr(GPtrArray) few = values_of((const char *const[]){"ping.count", "5", NULL});
    CU_ASSERT_TRUE_FATAL(settings_read(&TABLE, few, NULL, &ping, NULL));
    CU_ASSERT_EQUAL(ping.interval, SIM_SECOND);
    CU_ASSERT_EQUAL(ping.loss, 0.01);
    CU_ASSERT_TRUE(ping.keep);
    CU_ASSERT_EQUAL(ping.mode, 1);
    CU_ASSERT_EQUAL(few->len, 12);
    const SettingValue *added = settings_find(few, "ping.interval");
    CU_ASSERT_PTR_NOT_NULL_FATAL(added);
    CU_ASSERT_EQUAL(added->origin, SETTING_DEFAULT);
    CU_ASSERT_STRING_EQUAL(added->text, "1s");
    settings_clear(&TABLE, &ping);
}

static void settings_later_value_overrides(void)
{
    g_autoptr(GPtrArray) values =
        values_of((const char *const[]){"ping.count", "5", "ping.count", "7", NULL});
    PingSettings ping;
    CU_ASSERT_TRUE_FATAL(settings_read(&TABLE, values, NULL, &ping, NULL));
    CU_ASSERT_EQUAL(ping.count, 7);
    CU_ASSERT_STRING_EQUAL(settings_find(values, "ping.count")->text, "7");
    CU_ASSERT_PTR_NULL(settings_find(values, "ping.cuont"));
    settings_clear(&TABLE, &ping);
}

static void settings_errors_name_place_and_expectation(void)
{
    static const struct {
        const char *key, *text, *message;
    } cases[] = {
        {"ping.interval", "15",
         "found '15', expected a duration with a unit, such as 15ms (ns us ms s min h d)"},
        {"ping.interval", "0", "found '0', expected 1us to 1h"},
        {"ping.interval", "2h", "found '2h', expected 1us to 1h"},
        {"ping.interval", "-1s", "found '-1s', expected 1us to 1h"},
        {"ping.count", "0", "found '0', expected at least 1"},
        {"ping.size", "2MiB", "found '2MiB', expected at most 1MiB"},
        {"ping.loss", "2", "found '2', expected a probability from 0 to 1, such as 1% or 0.01"},
        {"ping.loss", "60%", "found '60%', expected at most 50%"},
        {"ping.weight", "-1", "found '-1', expected at least 0"},
        {"ping.keep", "maybe", "found 'maybe', expected yes or no"},
        {"ping.mode", "randon",
         "found 'randon', expected one of fixed, random, round-robin; did you mean 'random'?"},
        {"ping.mode", "", "found '', expected one of fixed, random, round-robin"},
        {"ping.latency", "matirx(a)",
         "found 'matirx(a)', expected one of matrix, regions; did you mean 'matrix'?"},
        {"ping.latency", "matrix(a", "found 'matrix(a', expected a closing )"},
        {"ping.peers", "",
         "found '', expected peers: a number, a set such as {0..9, 12}, a name "
         "or all"},
        {"ping.names", "Tokyo", "found 'Tokyo', expected a list such as [Tokyo, Paris]"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) values = values_of((const char *const[]){
            "ping.count", "5", "ping.title", "x", cases[i].key, cases[i].text, NULL});
        g_autofree char *message =
            g_strdup_printf("a.yaml:3:9: %s: %s", cases[i].key, cases[i].message);
        PingSettings ping;
        CU_ASSERT_FALSE(settings_read(&TABLE, values, NULL, &ping, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_EQUAL(error->code, SKEIN_ERROR_INPUT);
        CU_ASSERT_STRING_EQUAL(error->message, message);
        CU_ASSERT_PTR_NULL(ping.title);
    }
}

static void settings_refuse_a_list_for_a_scalar(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) values =
        values_of((const char *const[]){"ping.count", "5", "ping.title", "[x]", NULL});
    SettingValue *title = g_ptr_array_index(values, 1);
    PingSettings ping;
    CU_ASSERT_TRUE_FATAL(settings_read(&TABLE, values, NULL, &ping, NULL));
    CU_ASSERT_STRING_EQUAL(ping.title, "[x]");
    settings_clear(&TABLE, &ping);
    title->is_list = true;
    CU_ASSERT_FALSE(settings_read(&TABLE, values, NULL, &ping, &error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_STRING_EQUAL(error->message, "a.yaml:2:9: ping.title: found a list, expected text");
}

static void settings_missing_value_names_the_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) values = values_of((const char *const[]){"ping.keep", "yes", NULL});
    PingSettings ping;
    CU_ASSERT_FALSE(settings_read(&TABLE, values, NULL, &ping, &error));
    CU_ASSERT_STRING_EQUAL(error->message, "a.yaml: ping.count: found no value, expected count "
                                           "(How many pings each peer sends.)");
}

static void settings_unknown_names_get_the_nearest(void)
{
    static const struct {
        const char *key, *message;
    } cases[] = {
        {"ping.cuont", "a.yaml:1:3: ping.cuont: found 'cuont', expected a key of section ping "
                       "(count, interval, size, rate, loss, weight, keep, mode, title, latency, "
                       "peers, names); did you mean 'ping.count'?"},
        {"link.interval", "a.yaml:1:3: link.interval: found 'interval', expected a key of section "
                          "link (bandwidth); did you mean 'ping.interval'?"},
        {"link.x", "a.yaml:1:3: link.x: found 'x', expected a key of section link (bandwidth)"},
        {"pnig.count",
         "a.yaml:1:3: pnig.count: found 'pnig', expected a section (ping, link); did you mean "
         "'ping'?"},
        {"ping.rate.x", "a.yaml:1:3: ping.rate.x: found 'rate.x', expected a key of section ping "
                        "(count, interval, size, rate, loss, weight, keep, mode, title, latency, "
                        "peers, names); did you mean 'ping.rate'?"},
        {"title", "a.yaml:1:3: title: found 'title', expected a section (ping, link)"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) values = values_of((const char *const[]){cases[i].key, "1", NULL});
        CU_ASSERT_FALSE(settings_check_keys(TABLES, values, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, cases[i].message);
    }
    g_autoptr(GPtrArray) good =
        values_of((const char *const[]){"ping.count", "1", "link.bandwidth", "x", NULL});
    CU_ASSERT_TRUE(settings_check_keys(TABLES, good, NULL));
}

static void settings_blame_prefixes_a_later_error(void)
{
    g_autoptr(GPtrArray) values = values_of((const char *const[]){"link.latency", "x", NULL});
    g_autoptr(GError) error = g_error_new(SKEIN_ERROR, SKEIN_ERROR_INPUT, "row 3 is ragged");
    CU_ASSERT_FALSE(settings_blame(values, "link.latency", &error));
    CU_ASSERT_STRING_EQUAL(error->message, "a.yaml:1:9: link.latency: row 3 is ragged");
    CU_ASSERT_FALSE(settings_blame(values, "link.latency", NULL));

    g_autoptr(GError) given = g_error_new(SKEIN_ERROR, SKEIN_ERROR_INPUT, "bad");
    g_ptr_array_add(values, setting_value_new("link.latency", "y", SETTING_SET, "--set", 0, 0));
    CU_ASSERT_FALSE(settings_blame(values, "link.latency", &given));
    CU_ASSERT_STRING_EQUAL(given->message, "--set: link.latency: bad");
}

typedef struct LoadSettings {
    Distribution *think, *size_bytes, *count;
} LoadSettings;

static const Setting LOAD_SETTINGS[] = {
    {.key = "think",
     .type = SETTING_DURATION_DISTRIBUTION,
     .offset = offsetof(LoadSettings, think),
     .default_text = "uniform(0ms, 99ms)",
     .minimum = "0",
     .help = "Pause."},
    {.key = "size",
     .type = SETTING_SIZE_DISTRIBUTION,
     .offset = offsetof(LoadSettings, size_bytes),
     .default_text = "1KiB",
     .minimum = "1B",
     .maximum = "1MiB",
     .help = "Payload."},
    {.key = "count",
     .type = SETTING_COUNT_DISTRIBUTION,
     .offset = offsetof(LoadSettings, count),
     .default_text = "1",
     .help = "How many."},
    {.key = NULL},
};
static const SettingsTable LOAD_TABLE = {"load", LOAD_SETTINGS, sizeof(LoadSettings)};

static void settings_read_distributions_within_their_range(void)
{
    g_autoptr(GPtrArray) values = values_of((const char *const[]){
        "load.count", "zipf(5, 1)", "load.size", "exponential(4KiB, min=64B, max=1MiB)", NULL});
    LoadSettings load;
    CU_ASSERT_TRUE_FATAL(settings_read(&LOAD_TABLE, values, NULL, &load, NULL));
    CU_ASSERT_EQUAL(distribution_maximum(load.think), 99 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(distribution_minimum(load.size_bytes), 64);
    CU_ASSERT_EQUAL(distribution_maximum(load.count), 5);
    settings_clear(&LOAD_TABLE, &load);
    CU_ASSERT_PTR_NULL(load.think);

    static const char *const cases[][3] = {
        {"load.think", "normal(5ms, 1ms)",
         "a.yaml:1:9: load.think: found 'normal(5ms, 1ms)', expected only values (min= and max= "
         "cut a distribution) of at least 0"},
        {"load.size", "2MiB", "a.yaml:1:9: load.size: found '2MiB', expected 1B to 1MiB"},
        {"load.count", "uniform(5, 1)",
         "a.yaml:1:9: load.count: HIGH of uniform(LOW, HIGH, step=STEP): found '1', expected at "
         "least LOW"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) bad = values_of((const char *const[]){cases[i][0], cases[i][1], NULL});
        CU_ASSERT_FALSE(settings_read(&LOAD_TABLE, bad, NULL, &load, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, cases[i][2]);
    }
}

CU_TestInfo suite_settings[] = {
    {"settings_read_typed_fields_and_defaults", settings_read_typed_fields_and_defaults},
    {"settings_later_value_overrides", settings_later_value_overrides},
    {"settings_errors_name_place_and_expectation", settings_errors_name_place_and_expectation},
    {"settings_refuse_a_list_for_a_scalar", settings_refuse_a_list_for_a_scalar},
    {"settings_missing_value_names_the_file", settings_missing_value_names_the_file},
    {"settings_unknown_names_get_the_nearest", settings_unknown_names_get_the_nearest},
    {"settings_read_distributions_within_their_range",
     settings_read_distributions_within_their_range},
    {"settings_blame_prefixes_a_later_error", settings_blame_prefixes_a_later_error},
    CU_TEST_INFO_NULL,
};
