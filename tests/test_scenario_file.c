/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "scenarios/scenario_file.h"
#include "scenarios/timeline_csv.h"
#include "sim/error.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static ScenarioFile *parse(const char *text, GError **error)
{
    return scenario_file_parse(text, strlen(text), "a.yaml", NULL, error);
}

static void check_value(const ScenarioFile *file, guint index, const char *key, const char *text,
                        unsigned line, unsigned column)
{
    CU_ASSERT_TRUE_FATAL(index < scenario_file_values(file)->len);
    const SettingValue *value = g_ptr_array_index(scenario_file_values(file), index);
    CU_ASSERT_STRING_EQUAL(value->key, key);
    CU_ASSERT_STRING_EQUAL(value->text, text);
    CU_ASSERT_EQUAL(value->line, line);
    CU_ASSERT_EQUAL(value->column, column);
}

static void check_line(const GPtrArray *lines, guint index, const char *text, unsigned line,
                       unsigned column)
{
    CU_ASSERT_TRUE_FATAL(index < lines->len);
    const ScenarioLine *entry = g_ptr_array_index(lines, index);
    CU_ASSERT_STRING_EQUAL(entry->text, text);
    CU_ASSERT_STRING_EQUAL(entry->place.file, "a.yaml");
    CU_ASSERT_EQUAL(entry->place.line, line);
    CU_ASSERT_EQUAL(entry->place.column, column);
}

static void check_row(const GPtrArray *rows, guint index, const char *time, const char *action,
                      unsigned line)
{
    CU_ASSERT_TRUE_FATAL(index < rows->len);
    const TimelineRow *row = g_ptr_array_index(rows, index);
    CU_ASSERT_STRING_EQUAL(row->time, time);
    CU_ASSERT_STRING_EQUAL(row->action, action);
    CU_ASSERT_EQUAL(row->place.line, line);
}

static const char WHOLE[] = "# A comment.\n"
                            "scenario:\n"
                            "  module: ping\n"
                            "  title: PING/PONG, in a \"mesh\"   # of 20\n"
                            "  stop: 60s\n"
                            "peers:\n"
                            "  think: uniform(0ms, 99ms)\n"
                            "  slow: {0..9, 12}\n"
                            "  none: {}\n"
                            "  names: 'a, b'\n"
                            "link: {loss: 1%, rate: }\n"
                            "ideal:\n"
                            "timeline:\n"
                            "  - 10s: partition {0..9} {10..19}\n"
                            "  - 20s: heal\n"
                            "  - 20s: \"crash {3, 4}\"\n"
                            "  - 5s: {1, 2}\n"
                            "expect:\n"
                            "  - ping.loss < 2%\n"
                            "  - ping.rtt p99 < 1s\n"
                            "plot: [latency-cdf, spacetime]\n"
                            "sweep:\n"
                            "  link.loss: [0, 1%, \"uniform(1ms, 2ms)\"]\n"
                            "  crash.peers: [{0..3}, all]\n"
                            "  peers.count: 10..100 step 10\n"
                            "  repeat: 30\n";

static void scenario_file_keeps_order_and_places(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScenarioFile) file = parse(WHOLE, &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(scenario_file_values(file)->len, 9);
    check_value(file, 0, "scenario.module", "ping", 3, 11);
    check_value(file, 1, "scenario.title", "PING/PONG, in a \"mesh\"", 4, 10);
    check_value(file, 3, "peers.think", "uniform(0ms, 99ms)", 7, 10);
    check_value(file, 4, "peers.slow", "{0..9, 12}", 8, 9);
    check_value(file, 5, "peers.none", "{}", 9, 9);
    check_value(file, 6, "peers.names", "a, b", 10, 10);
    check_value(file, 7, "link.loss", "1%", 11, 14);
    check_value(file, 8, "link.rate", "", 11, 24);
    const SettingValue *value = g_ptr_array_index(scenario_file_values(file), 7);
    CU_ASSERT_EQUAL(value->key_column, 8);
    CU_ASSERT_EQUAL(value->origin, SETTING_FILE);
    CU_ASSERT_EQUAL(scenario_file_sections(file)->len, 4);

    const GPtrArray *rows = scenario_file_timeline(file);
    CU_ASSERT_EQUAL(rows->len, 4);
    check_row(rows, 0, "10s", "partition {0..9} {10..19}", 14);
    check_row(rows, 1, "20s", "heal", 15);
    check_row(rows, 2, "20s", "crash {3, 4}", 16);
    check_row(rows, 3, "5s", "{1, 2}", 17);
    check_line(scenario_file_expectations(file), 0, "ping.loss < 2%", 19, 5);
    check_line(scenario_file_expectations(file), 1, "ping.rtt p99 < 1s", 20, 5);
    check_line(scenario_file_plots(file), 1, "spacetime", 21, 21);

    const GPtrArray *sweep = scenario_file_sweep(file);
    CU_ASSERT_EQUAL_FATAL(sweep->len, 4);
    const SweepParameter *loss = g_ptr_array_index(sweep, 0);
    CU_ASSERT_STRING_EQUAL(loss->key, "link.loss");
    CU_ASSERT_TRUE(loss->is_list);
    CU_ASSERT_EQUAL(loss->lines->len, 3);
    check_line(loss->lines, 1, "1%", 23, 18);
    check_line(loss->lines, 2, "uniform(1ms, 2ms)", 23, 22);
    check_line(((const SweepParameter *)g_ptr_array_index(sweep, 1))->lines, 0, "{0..3}", 24, 17);
    const SweepParameter *count = g_ptr_array_index(sweep, 2);
    CU_ASSERT_FALSE(count->is_list);
    check_line(count->lines, 0, "10..100 step 10", 25, 16);
    CU_ASSERT_STRING_EQUAL(scenario_file_text(file), WHOLE);
    CU_ASSERT_STRING_EQUAL(scenario_file_name(file), "a.yaml");
    CU_ASSERT_EQUAL(strlen(scenario_file_sha256(file)), 64);
}

static void scenario_file_writes_lists_as_one_text(void)
{
    g_autoptr(ScenarioFile) file = parse("peers:\n"
                                         "  names: [Tokyo,  Paris, \"New York\", 'a, b', \"\"]\n"
                                         "  lines:\n"
                                         "    - L'Aquila\n"
                                         "    - f(1, 2)\n"
                                         "  none: []\n"
                                         "  text: '[a, b]'\n",
                                         NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    check_value(file, 0, "peers.names", "[Tokyo, Paris, New York, \"a, b\", \"\"]", 2, 10);
    check_value(file, 1, "peers.lines", "[\"L'Aquila\", \"f(1, 2)\"]", 4, 5);
    check_value(file, 2, "peers.none", "[]", 6, 9);
    check_value(file, 3, "peers.text", "[a, b]", 7, 9);
    for (guint i = 0; i < 4; i++) {
        const SettingValue *value = g_ptr_array_index(scenario_file_values(file), i);
        CU_ASSERT_EQUAL(value->is_list, i < 3);
    }
}

static const struct {
    const char *text, *message;
} BAD[] = {
    {"", "a.yaml: found an empty file, expected sections such as 'scenario:'"},
    {"# only this\n", "a.yaml: found an empty file, expected sections such as 'scenario:'"},
    {"---\n", "a.yaml: found an empty file, expected sections such as 'scenario:'"},
    {"hello", "a.yaml:1:1: found 'hello', expected sections such as 'scenario:'"},
    {"- a\n", "a.yaml:1:1: found a list, expected sections such as 'scenario:'"},
    {"link:\n  loss: 1%\n  loss: 2%\n",
     "a.yaml:3:3: link.loss: found a second time, expected once (first at line 2)"},
    {"link:\n  loss: 1%\npeers:\n  count: 2\nlink:\n  rate: 1\n",
     "a.yaml:5:1: link: found a second time, expected once (first at line 1)"},
    {"link:\n  loss: &x 1%\n",
     "a.yaml:2:9: link.loss: found anchor '&x', expected a value without an anchor"},
    {"link: &x\n  loss: 1%\n",
     "a.yaml:1:7: link: found anchor '&x', expected a value without an anchor"},
    {"expect: &x [a]\n",
     "a.yaml:1:9: expect: found anchor '&x', expected a value without an anchor"},
    {"link:\n  loss: *x\n", "a.yaml:2:9: link.loss: found alias '*x', expected the value itself"},
    {"link:\n  *x : 1%\n", "a.yaml:2:3: link: found alias '*x', expected the value itself"},
    {"link:\n  loss: !!str 1%\n", "a.yaml:2:9: link.loss: found tag 'tag:yaml.org,2002:str', "
                                  "expected a value without a tag"},
    {"link: !mine\n  loss: 1%\n",
     "a.yaml:1:7: link: found tag '!mine', expected a value without a tag"},
    {"link:\n  <<: {a: 1}\n",
     "a.yaml:2:3: link: found '<<', expected the keys written out, not merged"},
    {"a:\n  b: 1\n---\nc:\n  d: 1\n",
     "a.yaml:3:1: found a second document, expected one document in a file"},
    {"a:\n\tb: 1\n", "a.yaml:2:1: malformed YAML: found character that cannot start any token "
                     "while scanning for the next token that starts at line 2; indent with spaces, "
                     "not tabs"},
    {"a:\n  b: [1, 2\n", "a.yaml:3:1: malformed YAML: did not find expected ',' or ']' while "
                         "parsing a flow sequence that starts at line 2"},
    {"a:\n  b: 1\n c: 2\n", "a.yaml:3:2: malformed YAML: did not find expected key while parsing a "
                            "block mapping that starts at line 1"},
    {"a:\n  b: \"x\n", "a.yaml:3:1: malformed YAML: found unexpected end of stream while scanning "
                       "a quoted scalar that starts at line 2"},
    {"a:\n  b: x: y\n", "a.yaml:2:7: malformed YAML: mapping values are not allowed in this "
                        "context"},
    {"a:\n  b: caf\xe9\n", "a.yaml:2:9: found byte 0xe9, expected UTF-8 text"},
    {"a:\r\n  \xc3\xa9: \x07\r\n", "a.yaml:2:6: found control character U+0007, expected text "
                                   "without control characters"},
    {"a:\n  b: \xe2\x80\xa8\n", "a.yaml:2:6: found control character U+2028, expected text without "
                                "control characters"},
    {"a: 5\n", "a.yaml:1:4: a: found '5', expected a section with keys below it"},
    {"link.loss: 5\n", "a.yaml:1:12: link.loss: found '5', expected a section with keys below it"},
    {"timelin:\n  - 1s: heal\n", "a.yaml:2:3: timelin: found a list, expected a section with keys "
                                 "below it; did you mean 'timeline'?"},
    {"a:\n  b:\n    c: 1\n", "a.yaml:3:5: a.b: found a mapping, expected a value"},
    {"a:\n  b: {c: 1}\n", "a.yaml:2:6: a.b: found a mapping, expected a value"},
    {"a:\n  b: [1, [2]]\n", "a.yaml:2:10: a.b: found a list, expected a value in the list"},
    {"a:\n  b:\n    - x\n    -\n", "a.yaml:4:6: a.b: found nothing, expected a value in the list"},
    {"a:\n  b: [{c: 1}]\n", "a.yaml:2:7: a.b: found a mapping, expected a value in the list"},
    {"a:\n  b: [x, f(1, 2)]\n",
     "a.yaml:2:10: a.b: found 'f(1', expected a closing parenthesis; a comma splits the values in "
     "brackets, so put quotes around this one, or write a list of lines that start with '-'"},
    {"a:\n  ? [x]\n  : 1\n", "a.yaml:2:5: a: found a list, expected the name of a key"},
    {"a:\n  '': 1\n", "a.yaml:2:3: a: found '', expected the name of a key"},
    {"a: [[[[[[[[[1]]]]]]]]]\n", "a.yaml:1:12: a: found more than 8 levels, expected fewer"},
    {"sweep:\n  link.latency: [uniform(1ms, 5ms), 2ms]\n",
     "a.yaml:2:18: sweep.link.latency: found 'uniform(1ms', expected a closing parenthesis; a "
     "comma "
     "splits the values in brackets, so put quotes around this one, or write a list of lines that "
     "start with '-'"},
    {"sweep: [1]\n",
     "a.yaml:1:8: sweep: found a list, expected keys such as 'link.loss: [0, 1%]' below it"},
    {"sweep:\n  a.b: []\n",
     "a.yaml:2:8: sweep.a.b: found an empty list, expected at least one value"},
    {"sweep:\n  a.b:\n", "a.yaml:2:7: sweep.a.b: found nothing, expected a list of values, a range "
                         "or a value"},
    {"sweep:\n  a.b: [1, [2]]\n", "a.yaml:2:12: sweep.a.b: found a list, expected a value"},
    {"sweep:\n  a.b: 1..10\n",
     "a.yaml:2:8: sweep.a.b: found '1..10', expected a range such as 10..100 step 10, "
     "1ms..1s times 10 or 1ms..1s log 7, with a lower end, a higher end, and at most 100000 "
     "values"},
    {"sweep:\n  a.b: 1.. step 10\n",
     "a.yaml:2:8: sweep.a.b: found '1.. step 10', expected a range such as 10..100 step 10, "
     "1ms..1s times 10 or 1ms..1s log 7, with a lower end, a higher end, and at most 100000 "
     "values"},
    {"expect: ping.loss < 2%\n", "a.yaml:1:9: expect: found 'ping.loss < 2%', expected a list of "
                                 "lines such as '- ping.loss < 2%'"},
    {"expect:\n  - a: b\n",
     "a.yaml:2:5: expect: found a mapping, expected a line such as 'ping.loss < 2%'"},
    {"plot:\n  -\n", "a.yaml:2:4: plot: found nothing, expected a line such as 'latency-cdf'"},
    {"timeline:\n  10s: heal\n", "a.yaml:2:3: timeline: found a mapping, expected a list of rows "
                                 "such as '- 10s: heal', or file(NAME.csv)"},
    {"timeline: events.csv\n", "a.yaml:1:11: timeline: found 'events.csv', expected a list of rows "
                               "such as '- 10s: heal', or file(NAME.csv)"},
    {"timeline: file(a, b)\n",
     "a.yaml:1:11: timeline: found 2 arguments of file, expected file(NAME.csv)"},
    {"timeline: file(a\n", "a.yaml:1:11: timeline: found 'file(a', expected a closing )"},
    {"timeline:\n  - heal\n",
     "a.yaml:2:5: timeline: found 'heal', expected a row such as '- 10s: heal'"},
    {"timeline:\n  - 1s: heal\n    2s: heal\n",
     "a.yaml:2:5: timeline: found 2 rows in one, expected each to start with '-'"},
    {"timeline:\n  - 1s:\n",
     "a.yaml:2:8: timeline: found nothing, expected an action such as 'crash {0..9}'"},
    {"timeline:\n  - 1s: [heal]\n",
     "a.yaml:2:9: timeline: found a list, expected an action such as 'crash {0..9}'"},
};

static void scenario_file_bad_text_gets_its_place(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ScenarioFile) file = parse(BAD[i].text, &error);
        const bool is_same = file == NULL && error != NULL && error->domain == SKEIN_ERROR &&
                             error->code == SKEIN_ERROR_INPUT &&
                             strcmp(error->message, BAD[i].message) == 0;
        if (!is_same) {
            fprintf(stderr, "\n  text     %s\n  got      %s\n  expected %s\n", BAD[i].text,
                    error == NULL ? "-" : error->message, BAD[i].message);
        }
        CU_ASSERT_TRUE(is_same);
        CU_ASSERT_PTR_NULL(parse(BAD[i].text, NULL));
    }
}

static void scenario_file_a_zero_byte_is_refused(void)
{
    static const char text[] = "a:\n  b: \0\n";
    g_autoptr(GError) error = NULL;
    CU_ASSERT_PTR_NULL(scenario_file_parse(text, sizeof text - 1, "a.yaml", NULL, &error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_STRING_EQUAL(error->message, "a.yaml:2:6: found byte 0x00, expected UTF-8 text");
}

static void scenario_file_set_overrides(void)
{
    static const struct {
        const char *assignment, *message;
    } bad[] = {
        {"link.loss", "--set: found 'link.loss', expected section.key=value"},
        {"loss=5", "--set: found 'loss=5', expected section.key=value"},
        {".loss=5", "--set: found '.loss=5', expected section.key=value"},
        {"link.=5", "--set: found 'link.=5', expected section.key=value"},
        {"", "--set: found '', expected section.key=value"},
        {"sweep.repeat=5",
         "--set: found 'sweep.repeat=5', expected a section of keys, which sweep is not"},
        {"link.loss=\x01", "--set:1:11: found control character U+0001, expected text without "
                           "control characters"},
    };
    g_autoptr(ScenarioFile) file = parse("link:\n  loss: 1%\n", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(scenario_file_set(file, "link.loss=2%", NULL));
    CU_ASSERT_TRUE(scenario_file_set(file, " link.latency = matrix(a, unit=ms) ", NULL));
    const SettingValue *loss = settings_find(scenario_file_values(file), "link.loss");
    CU_ASSERT_STRING_EQUAL(loss->text, "2%");
    CU_ASSERT_EQUAL(loss->origin, SETTING_SET);
    CU_ASSERT_STRING_EQUAL(settings_find(scenario_file_values(file), "link.latency")->text,
                           "matrix(a, unit=ms)");
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_FALSE(scenario_file_set(file, bad[i].assignment, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, bad[i].message);
    }
    CU_ASSERT_EQUAL(scenario_file_values(file)->len, 3);
}

static void scenario_file_check_finds_unknown_names(void)
{
    static const Setting settings[] = {
        {.key = "loss", .type = SETTING_PROBABILITY, .default_text = "0", .help = "Loss."},
        {.key = NULL},
    };
    static const SettingsTable link = {"link", settings, 8};
    static const SettingsTable *const tables[] = {&link, NULL};
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"link:\n  loss: 1%\nexpect:\n  - a\n", NULL},
        {"lnk:\n", "a.yaml:1:1: found 'lnk', expected a section (link, timeline, expect, plot, "
                   "sweep, swarm); did you mean 'link'?"},
        {"link:\n  los: 1%\n", "a.yaml:2:3: link.los: found 'los', expected a key of section link "
                               "(loss); did you mean 'link.loss'?"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ScenarioFile) file = parse(cases[i].text, NULL);
        CU_ASSERT_EQUAL(scenario_file_check(file, tables, &error), cases[i].message == NULL);
        if (cases[i].message != NULL) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(error);
            CU_ASSERT_STRING_EQUAL(error->message, cases[i].message);
        }
    }
}

static void scenario_file_reads_a_timeline_in_csv(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("skein-XXXXXX", NULL);
    g_autofree char *yaml = g_build_filename(folder, "a.yaml", NULL);
    g_autofree char *csv = g_build_filename(folder, "events.csv", NULL);
    CU_ASSERT_TRUE(g_file_set_contents(yaml, "timeline: file(events.csv)\n", -1, NULL));
    CU_ASSERT_PTR_NULL(scenario_file_new(yaml, &error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "a.yaml:1:11: timeline: found 'events.csv'"));

    CU_ASSERT_TRUE(g_file_set_contents(csv,
                                       "time,action,arguments\r\n"
                                       "# a remark\n"
                                       "10s, partition, {0..9} {10..19}\n"
                                       "\n"
                                       "20s,heal,\n"
                                       "30s,crash,\"{1, 2}\"\n"
                                       "40s,heal\n",
                                       -1, NULL));
    g_autoptr(ScenarioFile) file = scenario_file_new(yaml, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    const GPtrArray *rows = scenario_file_timeline(file);
    CU_ASSERT_EQUAL(rows->len, 4);
    check_row(rows, 0, "10s", "partition {0..9} {10..19}", 3);
    check_row(rows, 1, "20s", "heal", 5);
    check_row(rows, 2, "30s", "crash {1, 2}", 6);
    check_row(rows, 3, "40s", "heal", 7);
    CU_ASSERT_STRING_EQUAL(((const TimelineRow *)g_ptr_array_index(rows, 0))->place.file, csv);
    CU_ASSERT_STRING_EQUAL(scenario_file_timeline_input(file), "events.csv");
    CU_ASSERT_EQUAL(strlen(scenario_file_timeline_sha256(file)), 64);
    CU_ASSERT_STRING_EQUAL(scenario_file_directory(file), folder);
    g_unlink(yaml);
    g_unlink(csv);
    g_rmdir(folder);
    g_clear_error(&error);
    CU_ASSERT_PTR_NULL(scenario_file_new(yaml, &error));
    CU_ASSERT_EQUAL(error->code, SKEIN_ERROR_INPUT);
}

static void timeline_csv_bad_lines_get_their_place(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "e.csv: found no line, expected the header time,action,arguments"},
        {"10s,heal\n", "e.csv:1:1: found '10s,heal', expected the header time,action,arguments"},
        {"time,action,arguments\n10s\n",
         "e.csv:2:1: found '10s', expected time,action,arguments, such as 10s,crash,{0..9}"},
        {"time,action,arguments\n,heal\n",
         "e.csv:2:1: found ',heal', expected time,action,arguments, such as 10s,crash,{0..9}"},
        {"time,action,arguments\n\xff\n", "e.csv:2:1: found byte 0xff, expected UTF-8 text"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) rows = g_ptr_array_new();
        CU_ASSERT_FALSE(
            timeline_csv_read(cases[i].text, strlen(cases[i].text), "e.csv", rows, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, cases[i].message);
        CU_ASSERT_EQUAL(rows->len, 0);
    }
}

CU_TestInfo suite_scenario_file[] = {
    {"scenario_file_keeps_order_and_places", scenario_file_keeps_order_and_places},
    {"scenario_file_writes_lists_as_one_text", scenario_file_writes_lists_as_one_text},
    {"scenario_file_bad_text_gets_its_place", scenario_file_bad_text_gets_its_place},
    {"scenario_file_a_zero_byte_is_refused", scenario_file_a_zero_byte_is_refused},
    {"scenario_file_set_overrides", scenario_file_set_overrides},
    {"scenario_file_check_finds_unknown_names", scenario_file_check_finds_unknown_names},
    {"scenario_file_reads_a_timeline_in_csv", scenario_file_reads_a_timeline_in_csv},
    {"timeline_csv_bad_lines_get_their_place", timeline_csv_bad_lines_get_their_place},
    CU_TEST_INFO_NULL,
};
