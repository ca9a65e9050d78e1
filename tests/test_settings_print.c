/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/settings_print.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static const char *const MODES[] = {"fixed", "random", NULL};

static const Setting PING[] = {
    {.key = "count",
     .type = SETTING_COUNT,
     .minimum = "1",
     .maximum = "1e6",
     .help = "Pings of each peer."},
    {.key = "interval",
     .type = SETTING_DURATION,
     .default_text = "1s",
     .minimum = "1ns",
     .help = "Between two \"pings\"."},
    {.key = "mode",
     .type = SETTING_CHOICE,
     .default_text = "random",
     .choices = MODES,
     .help = "Whom."},
    {.key = "names", .type = SETTING_LIST, .default_text = "[]", .help = "Names."},
    {.key = "title", .type = SETTING_TEXT, .default_text = "", .help = "Title."},
    {.key = NULL},
};
static const Setting MORE[] = {
    {.key = "keep", .type = SETTING_YES_NO, .default_text = "no", .help = "Keep."},
    {.key = NULL},
};
static const SettingsTable PING_TABLE = {"ping", PING, 64};
static const SettingsTable LINK_TABLE = {"link", MORE, 8};
static const SettingsTable MORE_TABLE = {"ping", MORE, 8};
static const SettingsTable *const TABLES[] = {&PING_TABLE, &LINK_TABLE, &MORE_TABLE, NULL};

static void settings_describe_aligns_columns(void)
{
    g_autofree char *text = settings_describe(&PING_TABLE);
    CU_ASSERT_STRING_EQUAL(
        text, "ping:\n"
              "  key       type              default          range         meaning\n"
              "  count     count             (must be given)  1 to 1e6      Pings of each peer.\n"
              "  interval  duration (ns..d)  1s               at least 1ns  Between two "
              "\"pings\".\n"
              "  mode      fixed | random    random                         Whom.\n"
              "  names     list              []                             Names.\n"
              "  title     text              -                              Title.\n");
}

/* SQLite reads the schema: it must be JSON, and hold what the tables say. */
static char *extract(const char *json, const char *path)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *query = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(":memory:", &database), SQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(
        sqlite3_prepare_v2(database, "SELECT json_extract(?1, ?2)", -1, &query, NULL), SQLITE_OK);
    sqlite3_bind_text(query, 1, json, -1, SQLITE_STATIC);
    sqlite3_bind_text(query, 2, path, -1, SQLITE_STATIC);
    char *result = NULL;
    if (sqlite3_step(query) == SQLITE_ROW) {
        result = g_strdup((const char *)sqlite3_column_text(query, 0));
    }
    sqlite3_finalize(query);
    sqlite3_close(database);
    return result;
}

static void settings_json_schema_says_what_the_tables_say(void)
{
    static const struct {
        const char *path, *text;
    } cases[] = {
        {"$.\"$schema\"", "https://json-schema.org/draft/2020-12/schema"},
        {"$.additionalProperties", "0"},
        {"$.properties.ping.additionalProperties", "0"},
        {"$.properties.ping.properties.interval.default", "1s"},
        {"$.properties.ping.properties.interval.description",
         "Between two \"pings\". Type: duration (ns..d), at least 1ns."},
        {"$.properties.ping.properties.interval.type", "[\"string\",\"number\"]"},
        {"$.properties.ping.properties.names.type", "[\"array\",\"string\"]"},
        {"$.properties.ping.properties.names.items.type", "[\"string\",\"number\",\"boolean\"]"},
        {"$.properties.ping.properties.mode.enum", "[\"fixed\",\"random\"]"},
        {"$.properties.ping.properties.keep.type", "[\"boolean\",\"string\"]"},
        {"$.properties.link.properties.keep.default", "no"},
        {"$.properties.timeline.type", "[\"array\",\"string\"]"},
        {"$.properties.expect.type", "array"},
        {"$.properties.sweep.type", "object"},
        {"$.properties.sweep.properties.repeat.type", "integer"},
    };
    g_autofree char *json = settings_json_schema(TABLES);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = extract(json, cases[i].path);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].text);
    }
}

CU_TestInfo suite_settings_print[] = {
    {"settings_describe_aligns_columns", settings_describe_aligns_columns},
    {"settings_json_schema_says_what_the_tables_say",
     settings_json_schema_says_what_the_tables_say},
    CU_TEST_INFO_NULL,
};
