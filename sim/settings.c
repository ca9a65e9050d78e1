/* SPDX-License-Identifier: MIT */
/* Tables are short (tens of keys) and read once per run, so look-ups walk them. */
#include "sim/settings.h"

#include "sim/error.h"
#include "sim/nearest.h"
#include "sim/settings_field.h"

#include <string.h>

SettingValue *setting_value_new(const char *key, const char *text, SettingOrigin origin,
                                const char *file, unsigned line, unsigned column)
{
    SettingValue *value = g_new0(SettingValue, 1);
    value->key = g_strdup(key);
    value->text = g_strdup(text);
    value->origin = origin;
    value->file = g_strdup(file);
    value->line = value->key_line = line;
    value->column = value->key_column = column;
    return value;
}

void setting_value_free(SettingValue *value)
{
    if (value == NULL) {
        return;
    }
    g_free(value->key);
    g_free(value->text);
    g_free(value->file);
    g_free(value);
}

const char *setting_origin_name(SettingOrigin origin)
{
    static const char *const names[] = {
        [SETTING_DEFAULT] = "default",
        [SETTING_FILE] = "file",
        [SETTING_SET] = "set",
        [SETTING_SWEEP] = "sweep",
    };
    return names[origin];
}

const SettingValue *settings_find(const GPtrArray *values, const char *key)
{
    for (guint i = values->len; i > 0; i--) {
        const SettingValue *value = g_ptr_array_index(values, i - 1);
        if (strcmp(value->key, key) == 0) {
            return value;
        }
    }
    return NULL;
}

/* `file:line:column: ` of a place, as much of it as is known. */
static char *place_text(const SettingValue *value, unsigned line, unsigned column)
{
    const char *file = value->file != NULL ? value->file : setting_origin_name(value->origin);
    return line == 0 ? g_strdup_printf("%s: ", file)
                     : g_strdup_printf("%s:%u:%u: ", file, line, column);
}

bool settings_blame(const GPtrArray *values, const char *key, GError **error)
{
    const SettingValue *value = settings_find(values, key);
    g_autofree char *place =
        value == NULL ? g_strdup("") : place_text(value, value->line, value->column);
    g_prefix_error(error, "%s%s: ", place, key);
    return false;
}

/* A key that has no default and was not given: the scenario file is to blame, as far as any of its
 * values tells its name. */
static bool refuse_missing(const Setting *setting, const char *key, const GPtrArray *values,
                           GError **error)
{
    const char *file = NULL;
    for (guint i = 0; i < values->len && file == NULL; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        file = value->origin == SETTING_FILE ? value->file : NULL;
    }
    g_autofree char *type = settings_field_type(setting);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s%s%s: found no value, expected %s (%s)",
                file == NULL ? "" : file, file == NULL ? "" : ": ", key, type, setting->help);
    return false;
}

/* A list where one value belongs; its text alone could pass for a title in brackets. */
static bool refuse_list(const Setting *setting, GError **error)
{
    g_autofree char *type = settings_field_type(setting);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found a list, expected %s", type);
    return false;
}

static bool read_setting(const SettingsTable *table, const Setting *setting, GPtrArray *values,
                         const char *directory, void *fields, GError **error)
{
    g_autofree char *key = g_strconcat(table->section, ".", setting->key, NULL);
    const SettingValue *value = settings_find(values, key);
    if (value == NULL) {
        if (setting->default_text == NULL) {
            return refuse_missing(setting, key, values, error);
        }
        g_ptr_array_add(values,
                        setting_value_new(key, setting->default_text, SETTING_DEFAULT, NULL, 0, 0));
        value = g_ptr_array_index(values, values->len - 1);
    }
    const bool is_read = value->is_list && setting->type != SETTING_LIST
                             ? refuse_list(setting, error)
                             : settings_field_read(setting, value->text, directory, fields, error);
    return is_read || settings_blame(values, key, error);
}

bool settings_read(const SettingsTable *table, GPtrArray *values, const char *directory,
                   void *fields, GError **error)
{
    memset(fields, 0, table->size_bytes);
    for (const Setting *setting = table->settings; setting->key != NULL; setting++) {
        if (!read_setting(table, setting, values, directory, fields, error)) {
            settings_clear(table, fields);
            return false;
        }
    }
    return true;
}

void settings_clear(const SettingsTable *table, void *fields)
{
    for (const Setting *setting = table->settings; setting->key != NULL; setting++) {
        settings_field_clear(setting, fields);
    }
}

/* The names of the sections, or the keys of one section, NULL-terminated. */
static GPtrArray *names_of(const SettingsTable *const *tables, const char *section)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; tables[i] != NULL; i++) {
        if (section == NULL) {
            if (!g_ptr_array_find_with_equal_func(names, tables[i]->section, g_str_equal, NULL)) {
                g_ptr_array_add(names, (void *)tables[i]->section);
            }
        } else if (strcmp(tables[i]->section, section) == 0) {
            for (const Setting *setting = tables[i]->settings; setting->key != NULL; setting++) {
                g_ptr_array_add(names, (void *)setting->key);
            }
        }
    }
    g_ptr_array_add(names, NULL);
    return names;
}

/* A section that has exactly this key, for those who wrote it under the wrong one. */
static const char *section_with(const SettingsTable *const *tables, const char *key)
{
    for (size_t i = 0; tables[i] != NULL; i++) {
        for (const Setting *setting = tables[i]->settings; setting->key != NULL; setting++) {
            if (strcmp(setting->key, key) == 0) {
                return tables[i]->section;
            }
        }
    }
    return NULL;
}

static bool refuse_key(const SettingsTable *const *tables, const SettingValue *value,
                       const char *section, const char *key, GError **error)
{
    g_autoptr(GPtrArray) keys = names_of(tables, section);
    const char *nearest = nearest_name(key, (const char *const *)keys->pdata);
    const char *elsewhere = nearest != NULL ? section : section_with(tables, key);
    g_autofree char *expected = g_strjoinv(", ", (char **)keys->pdata);
    g_autofree char *place = place_text(value, value->key_line, value->key_column);
    g_autofree char *hint = elsewhere == NULL
                                ? g_strdup("")
                                : g_strdup_printf("; did you mean '%s.%s'?", elsewhere,
                                                  nearest != NULL ? nearest : key);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                "%s%s: found '%s', expected a key of section %s (%s)%s", place, value->key, key,
                section, expected, hint);
    return false;
}

static bool refuse_section(const SettingsTable *const *tables, const SettingValue *value,
                           const char *section, GError **error)
{
    g_autoptr(GPtrArray) sections = names_of(tables, NULL);
    const char *nearest = nearest_name(section, (const char *const *)sections->pdata);
    g_autofree char *expected = g_strjoinv(", ", (char **)sections->pdata);
    g_autofree char *place = place_text(value, value->key_line, value->key_column);
    g_autofree char *hint =
        nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s'?", nearest);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                "%s%s: found '%s', expected a section (%s)%s", place, value->key, section, expected,
                hint);
    return false;
}

bool settings_check_keys(const SettingsTable *const *tables, const GPtrArray *values,
                         GError **error)
{
    for (guint i = 0; i < values->len; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        const char *dot = strchr(value->key, '.');
        g_autofree char *section =
            dot == NULL ? g_strdup(value->key) : g_strndup(value->key, (size_t)(dot - value->key));
        const char *key = dot == NULL ? "" : dot + 1;
        g_autoptr(GPtrArray) keys = names_of(tables, section);
        if (keys->len == 1) {
            return refuse_section(tables, value, section, error);
        }
        if (!g_strv_contains((const char *const *)keys->pdata, key)) {
            return refuse_key(tables, value, section, key, error);
        }
    }
    return true;
}
