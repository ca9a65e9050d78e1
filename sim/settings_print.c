/* SPDX-License-Identifier: MIT */
/* The schema repeats in words what JSON Schema cannot check, since every value is text to it. */
#include "sim/settings_print.h"

#include "sim/json_text.h"
#include "sim/settings_field.h"

#include <string.h>

enum { COLUMN_KEY, COLUMN_TYPE, COLUMN_DEFAULT, COLUMN_RANGE, COLUMN_HELP, COLUMN_COUNT };

/* The cells of one setting, to be freed by g_strfreev. */
static char **cells_of(const Setting *setting)
{
    char **cells = g_new0(char *, COLUMN_COUNT + 1);
    cells[COLUMN_KEY] = g_strdup(setting->key);
    cells[COLUMN_TYPE] = settings_field_type(setting);
    if (setting->default_text == NULL) {
        cells[COLUMN_DEFAULT] = g_strdup("(must be given)");
    } else {
        cells[COLUMN_DEFAULT] =
            g_strdup(*setting->default_text == '\0' ? "-" : setting->default_text);
    }
    cells[COLUMN_RANGE] = settings_field_range(setting);
    cells[COLUMN_HELP] = g_strdup(setting->help);
    return cells;
}

static size_t width_of(const char *text)
{
    return (size_t)g_utf8_strlen(text, -1);
}

char *settings_describe(const SettingsTable *table)
{
    static const char *const heads[] = {"key", "type", "default", "range", "meaning", NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    size_t widths[COLUMN_COUNT] = {0};
    g_ptr_array_add(rows, g_strdupv((char **)heads));
    for (const Setting *setting = table->settings; setting->key != NULL; setting++) {
        g_ptr_array_add(rows, cells_of(setting));
    }
    for (guint i = 0; i < rows->len; i++) {
        char **cells = g_ptr_array_index(rows, i);
        for (int column = 0; column < COLUMN_COUNT; column++) {
            widths[column] = MAX(widths[column], width_of(cells[column]));
        }
    }
    GString *text = g_string_new(table->section);
    g_string_append(text, ":\n");
    for (guint i = 0; i < rows->len; i++) {
        char **cells = g_ptr_array_index(rows, i);
        for (int column = 0; column < COLUMN_COUNT; column++) {
            const size_t pad = widths[column] + 2 - width_of(cells[column]);
            g_string_append_printf(text, "%s%s%*s", column == 0 ? "  " : "", cells[column],
                                   column == COLUMN_HELP ? 0 : (int)pad, "");
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

/* Types of JSON that a text of this type may look like to a reader of YAML, and what follows from
 * them. A list may be text as well: that is how a sweep or --set gives it. */
static const char *schema_type(SettingType type)
{
    switch (type) {
    case SETTING_YES_NO:
        return "[\"boolean\",\"string\"]";
    case SETTING_PEERS:
        return "[\"string\",\"number\",\"object\"]";
    case SETTING_LIST:
        return "[\"array\",\"string\"],\"items\":{\"type\":[\"string\",\"number\",\"boolean\"]}";
    case SETTING_CHOICE:
        return NULL;
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
    case SETTING_RATE:
    case SETTING_PROBABILITY:
    case SETTING_NUMBER:
    case SETTING_TEXT:
    case SETTING_CALL:
    case SETTING_DURATION_DISTRIBUTION:
    case SETTING_SIZE_DISTRIBUTION:
    case SETTING_COUNT_DISTRIBUTION:
        return "[\"string\",\"number\"]";
    }
    g_assert_not_reached();
}

static void append_setting(GString *json, const Setting *setting)
{
    g_autofree char *type = settings_field_type(setting);
    g_autofree char *range = settings_field_range(setting);
    g_autofree char *about =
        g_strdup_printf("%s Type: %s%s%s.", setting->help, type, *range == '\0' ? "" : ", ", range);
    const char *json_type = schema_type(setting->type);
    json_text_append_string(json, setting->key);
    g_string_append(json, ":{\"description\":");
    json_text_append_string(json, about);
    if (json_type != NULL) {
        g_string_append_printf(json, ",\"type\":%s", json_type);
    } else {
        g_string_append(json, ",\"enum\":[");
        for (int i = 0; setting->choices[i] != NULL; i++) {
            g_string_append(json, i == 0 ? "" : ",");
            json_text_append_string(json, setting->choices[i]);
        }
        g_string_append_c(json, ']');
    }
    if (setting->default_text != NULL) {
        g_string_append(json, ",\"default\":");
        json_text_append_string(json, setting->default_text);
    }
    g_string_append_c(json, '}');
}

/* All keys of one section, from each table that has some. */
static void append_section(GString *json, const SettingsTable *const *tables, const char *section)
{
    const char *comma = "";
    json_text_append_string(json, section);
    g_string_append(json, ":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; tables[i] != NULL; i++) {
        if (strcmp(tables[i]->section, section) != 0) {
            continue;
        }
        for (const Setting *setting = tables[i]->settings; setting->key != NULL; setting++) {
            g_string_append(json, comma);
            append_setting(json, setting);
            comma = ",";
        }
    }
    g_string_append(json, "}}");
}

static bool is_first_of_section(const SettingsTable *const *tables, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(tables[i]->section, tables[index]->section) == 0) {
            return false;
        }
    }
    return true;
}

char *settings_json_schema(const SettingsTable *const *tables)
{
    static const char lists[] =
        "\"timeline\":{\"description\":\"What happens when: rows such as '10s: heal', or "
        "file(NAME.csv).\",\"type\":[\"array\",\"string\"],\"items\":{\"type\":\"object\","
        "\"minProperties\":1,\"maxProperties\":1}},"
        "\"expect\":{\"description\":\"What must hold at the end, such as 'ping.loss < 2%'.\","
        "\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
        "\"plot\":{\"description\":\"Plots to make of the run.\","
        "\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
        "\"sweep\":{\"description\":\"Values to try, for each key: a list or a range such as "
        "'10..100 step 10'; or named experiments with such "
        "keys.\",\"type\":\"object\",\"properties\":{"
        "\"repeat\":{\"description\":\"Runs of each cell, with derived seeds.\","
        "\"type\":\"integer\",\"minimum\":1},"
        "\"until\":{\"description\":\"Repeat each cell until this holds, such as "
        "'halfwidth(ping.rtt.p99) < 2%'.\",\"type\":\"string\"},"
        "\"repeat-max\":{\"description\":\"The most that until may ask for.\","
        "\"type\":\"integer\",\"minimum\":1},"
        "\"seeds\":{\"enum\":[\"common\",\"independent\"]},"
        "\"constraint\":{\"description\":\"Which combinations are cells, such as "
        "'peers.count * link.loss < 10'.\",\"type\":[\"string\",\"array\"]},"
        "\"extends\":{\"description\":\"Another experiment, whose keys hold here, too.\","
        "\"type\":\"string\"}},"
        "\"additionalProperties\":{\"type\":[\"array\",\"string\",\"number\",\"boolean\","
        "\"object\"]}},"
        "\"swarm\":{\"description\":\"What skein check --swarm chooses from, for each key.\","
        "\"type\":\"object\","
        "\"additionalProperties\":{\"type\":[\"array\",\"string\",\"number\"]}}";
    GString *json = g_string_new(
        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"skein "
        "scenario\",\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; tables[i] != NULL; i++) {
        if (is_first_of_section(tables, i)) {
            append_section(json, tables, tables[i]->section);
            g_string_append_c(json, ',');
        }
    }
    g_string_append(json, lists);
    g_string_append(json, "}}\n");
    return g_string_free(json, FALSE);
}
