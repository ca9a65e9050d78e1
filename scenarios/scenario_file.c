/* SPDX-License-Identifier: MIT */
#include "scenarios/scenario_file.h"

#include "scenarios/scenario_content.h"
#include "sim/error.h"
#include "sim/nearest.h"

#include <string.h>

struct ScenarioFile {
    char *name;
    char *directory;
    char *text;
    char *sha256;
    ScenarioContent content;
};

ScenarioFile *scenario_file_parse(const char *text, gsize length, const char *name,
                                  const char *directory, GError **error)
{
    g_autoptr(ScenarioFile) file = g_new0(ScenarioFile, 1);
    file->name = g_strdup(name);
    file->directory = g_strdup(directory);
    scenario_content_init(&file->content, file->name, file->directory);
    file->text = g_strndup(text, length);
    file->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);

    g_autoptr(TextNode) root = text_tree_new(text, length, file->name, error);
    if (root == NULL || !scenario_content_read(&file->content, root, error)) {
        return NULL;
    }
    return g_steal_pointer(&file);
}

ScenarioFile *scenario_file_new(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *directory = g_path_get_dirname(path);
    g_autoptr(GError) reason = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, &reason)) {
        const TextPlace place = {.file = path};
        text_place_refuse(&place, NULL, error, "expected a scenario file: %s", reason->message);
        return NULL;
    }
    return scenario_file_parse(text, length, path, directory, error);
}

void scenario_file_free(ScenarioFile *file)
{
    if (file == NULL) {
        return;
    }
    scenario_content_clear(&file->content);
    g_free(file->name);
    g_free(file->directory);
    g_free(file->text);
    g_free(file->sha256);
    g_free(file);
}

bool scenario_file_set(ScenarioFile *file, const char *assignment, GError **error)
{
    static const TextPlace place = {.file = "--set"};
    if (!text_check(assignment, strlen(assignment), place.file, error)) {
        return false;
    }
    const char *equals = strchr(assignment, '=');
    g_autofree char *key = equals == NULL
                               ? g_strdup("")
                               : g_strstrip(g_strndup(assignment, (size_t)(equals - assignment)));
    const char *dot = strchr(key, '.');
    if (dot == NULL || dot == key || dot[1] == '\0') {
        return text_place_refuse(&place, NULL, error, "found '%s', expected section.key=value",
                                 assignment);
    }
    g_autofree char *section = g_strndup(key, (size_t)(dot - key));
    if (scenario_content_is_list(section)) {
        return text_place_refuse(&place, NULL, error,
                                 "found '%s', expected a section of keys, which %s is not",
                                 assignment, section);
    }
    g_autofree char *text = g_strstrip(g_strdup(equals + 1));
    g_ptr_array_add(file->content.values,
                    setting_value_new(key, text, SETTING_SET, place.file, 0, 0));
    return true;
}

void scenario_file_add_row(ScenarioFile *file, const char *time, const char *action,
                           const char *place)
{
    TimelineRow *row = g_new0(TimelineRow, 1);
    *row = (TimelineRow){g_strdup(time), g_strdup(action), {.file = place}};
    g_ptr_array_add(file->content.timeline, row);
}

/* Where the section stands that no table knows: its own place is better than that of its first
 * key, and an empty one has no key. */
static bool refuse_section(const ScenarioSection *section, GPtrArray *names, GError **error)
{
    const char *nearest = nearest_name(section->name, (const char *const *)names->pdata);
    g_autofree char *expected = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *hint =
        nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s'?", nearest);
    return text_place_refuse(&section->place, NULL, error, "found '%s', expected a section (%s)%s",
                             section->name, expected, hint);
}

bool scenario_file_check(const ScenarioFile *file, const SettingsTable *const *tables,
                         GError **error)
{
    const char *const *lists = scenario_content_lists();
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; tables[i] != NULL; i++) {
        if (!g_ptr_array_find_with_equal_func(names, tables[i]->section, g_str_equal, NULL)) {
            g_ptr_array_add(names, (void *)tables[i]->section);
        }
    }
    for (size_t i = 0; lists[i] != NULL; i++) {
        g_ptr_array_add(names, (void *)lists[i]);
    }
    g_ptr_array_add(names, NULL);
    for (guint i = 0; i < file->content.sections->len; i++) {
        const ScenarioSection *section = g_ptr_array_index(file->content.sections, i);
        if (!g_strv_contains((const char *const *)names->pdata, section->name)) {
            return refuse_section(section, names, error);
        }
    }
    return settings_check_keys(tables, file->content.values, error);
}

const char *scenario_file_name(const ScenarioFile *file)
{
    return file->name;
}

const char *scenario_file_directory(const ScenarioFile *file)
{
    return file->directory;
}

const char *scenario_file_text(const ScenarioFile *file)
{
    return file->text;
}

const char *scenario_file_sha256(const ScenarioFile *file)
{
    return file->sha256;
}

GPtrArray *scenario_file_values(const ScenarioFile *file)
{
    return file->content.values;
}

const GPtrArray *scenario_file_sections(const ScenarioFile *file)
{
    return file->content.sections;
}

const GPtrArray *scenario_file_timeline(const ScenarioFile *file)
{
    return file->content.timeline;
}

const GPtrArray *scenario_file_expectations(const ScenarioFile *file)
{
    return file->content.expectations;
}

const GPtrArray *scenario_file_plots(const ScenarioFile *file)
{
    return file->content.plots;
}

const GPtrArray *scenario_file_sweep(const ScenarioFile *file)
{
    return file->content.sweep;
}

char *scenario_file_timeline_text(const ScenarioFile *file)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < file->content.timeline->len; i++) {
        const TimelineRow *row = g_ptr_array_index(file->content.timeline, i);
        g_string_append_printf(text, "%s: %s\n", row->time, row->action);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

const GPtrArray *scenario_file_swarm(const ScenarioFile *file)
{
    return file->content.swarm;
}

const char *scenario_file_timeline_input(const ScenarioFile *file)
{
    return file->content.timeline_name;
}

const char *scenario_file_timeline_sha256(const ScenarioFile *file)
{
    return file->content.timeline_sha256;
}
