/* SPDX-License-Identifier: MIT */
/* A scenario file of any bytes: it is read, or refused with its name in front; places lie in the
 * text; keys are there once; and the settings tables cope with whatever the values are. */
#include "scenarios/scenario_file.h"
#include "sim/call_text.h"
#include "sim/settings.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

typedef struct LinkSettings {
    int64_t count;
    int64_t rate_bits_per_second;
    double loss;
    char *peers;
    CallText *latency;
} LinkSettings;

static const Setting LINK_SETTINGS[] = {
    {.key = "count",
     .type = SETTING_COUNT,
     .offset = offsetof(LinkSettings, count),
     .default_text = "1",
     .minimum = "1"},
    {.key = "rate",
     .type = SETTING_RATE,
     .offset = offsetof(LinkSettings, rate_bits_per_second),
     .default_text = "1Mbit/s"},
    {.key = "loss",
     .type = SETTING_PROBABILITY,
     .offset = offsetof(LinkSettings, loss),
     .default_text = "0"},
    {.key = "peers",
     .type = SETTING_PEERS,
     .offset = offsetof(LinkSettings, peers),
     .default_text = "all"},
    {.key = "latency",
     .type = SETTING_CALL,
     .offset = offsetof(LinkSettings, latency),
     .default_text = "1ms"},
    {.key = NULL},
};
static const SettingsTable LINK_TABLE = {"link", LINK_SETTINGS, sizeof(LinkSettings)};
static const SettingsTable *const TABLES[] = {&LINK_TABLE, NULL};

static void check_place(const TextPlace *place, unsigned line_count)
{
    g_assert_cmpstr(place->file, ==, "a.yaml");
    g_assert(place->line >= 1 && place->line <= line_count && place->column >= 1);
}

static void check_parts(const ScenarioFile *file, unsigned line_count)
{
    const GPtrArray *values = scenario_file_values(file);
    for (guint i = 0; i < values->len; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        g_assert(value->line >= 1 && value->line <= line_count && value->column >= 1);
        g_assert(g_utf8_validate(value->text, -1, NULL));
    }
    const GPtrArray *rows = scenario_file_timeline(file);
    for (guint i = 0; i < rows->len; i++) {
        const TimelineRow *row = g_ptr_array_index(rows, i);
        check_place(&row->place, line_count);
        g_assert(row->time != NULL && row->action != NULL);
    }
    const GPtrArray *lines = scenario_file_expectations(file);
    for (guint i = 0; i < lines->len; i++) {
        check_place(&((const ScenarioLine *)g_ptr_array_index(lines, i))->place, line_count);
    }
    const GPtrArray *sweep = scenario_file_sweep(file);
    for (guint i = 0; i < sweep->len; i++) {
        const SweepParameter *parameter = g_ptr_array_index(sweep, i);
        g_assert(parameter->lines->len > 0);
        check_place(&parameter->place, line_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    const char *text = (const char *)data;
    unsigned line_count = 2; /* libyaml ends a last line that has no end of its own */
    for (size_t i = 0; i < size_bytes; i++) {
        line_count += text[i] == '\n' || text[i] == '\r';
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(ScenarioFile) file = scenario_file_parse(text, size_bytes, "a.yaml", NULL, &error);
    if (file == NULL) {
        g_assert(error != NULL && g_str_has_prefix(error->message, "a.yaml:"));
        return 0;
    }
    check_parts(file, line_count);
    scenario_file_check(file, TABLES, NULL);
    scenario_file_set(file, "link.loss=1%", NULL);
    LinkSettings link;
    if (settings_read(&LINK_TABLE, scenario_file_values(file), NULL, &link, NULL)) {
        settings_clear(&LINK_TABLE, &link);
    }
    return 0;
}
