/* SPDX-License-Identifier: MIT */
/* The tree of the text is walked once, section by section; each list section has its reader in
 * LIST_SECTIONS. What is kept are copies, so that the tree can go. */
#include "scenarios/scenario_content.h"

#include "scenarios/sweep_value.h"
#include "scenarios/timeline_csv.h"
#include "sim/call_text.h"
#include "sim/error.h"
#include "sim/list_text.h"
#include "sim/nearest.h"

#include <string.h>

typedef bool (*SectionReader)(ScenarioContent *content, const TextNode *node, GError **error);

static void section_free(void *data)
{
    ScenarioSection *section = data;
    g_free(section->name);
    g_free(section);
}

static void row_free(void *data)
{
    TimelineRow *row = data;
    g_free(row->time);
    g_free(row->action);
    g_free(row);
}

static void line_free(void *data)
{
    ScenarioLine *line = data;
    g_free(line->text);
    g_free(line);
}

static void parameter_free(void *data)
{
    SweepParameter *parameter = data;
    g_free(parameter->experiment);
    g_free(parameter->key);
    g_ptr_array_unref(parameter->lines);
    g_free(parameter);
}

void scenario_content_init(ScenarioContent *content, const char *file, const char *directory)
{
    *content = (ScenarioContent){
        .file = file,
        .directory = directory,
        .values = g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free),
        .sections = g_ptr_array_new_with_free_func(section_free),
        .timeline = g_ptr_array_new_with_free_func(row_free),
        .expectations = g_ptr_array_new_with_free_func(line_free),
        .plots = g_ptr_array_new_with_free_func(line_free),
        .sweep = g_ptr_array_new_with_free_func(parameter_free),
        .swarm = g_ptr_array_new_with_free_func(parameter_free),
    };
}

void scenario_content_clear(ScenarioContent *content)
{
    g_clear_pointer(&content->values, g_ptr_array_unref);
    g_clear_pointer(&content->sections, g_ptr_array_unref);
    g_clear_pointer(&content->timeline, g_ptr_array_unref);
    g_clear_pointer(&content->expectations, g_ptr_array_unref);
    g_clear_pointer(&content->plots, g_ptr_array_unref);
    g_clear_pointer(&content->sweep, g_ptr_array_unref);
    g_clear_pointer(&content->swarm, g_ptr_array_unref);
    g_clear_pointer(&content->timeline_name, g_free);
    g_clear_pointer(&content->timeline_path, g_free);
    g_clear_pointer(&content->timeline_sha256, g_free);
}

static bool refuse_node(const TextNode *node, const char *key, const char *expected, GError **error)
{
    g_autofree char *found = text_node_describe(node);
    return text_place_refuse(&node->place, key, error, "found %s, expected %s", found, expected);
}

/* A list of scalars as one text; each element that is none is blamed at its own place. */
static char *list_value(const TextNode *node, const char *key, GError **error)
{
    g_autoptr(GPtrArray) elements = g_ptr_array_new();
    for (guint i = 0; i < node->children->len; i++) {
        const TextNode *child = g_ptr_array_index(node->children, i);
        if (child->type != TEXT_SCALAR || text_node_is_empty(child)) {
            refuse_node(child, key, "a value in the list", error);
            return NULL;
        }
        g_ptr_array_add(elements, child->text);
    }
    g_ptr_array_add(elements, NULL);
    return list_text_print((const char *const *)elements->pdata);
}

/* -- Timeline -- */

static bool read_timeline_row(ScenarioContent *content, const TextNode *node, GError **error)
{
    if (node->type != TEXT_MAPPING) {
        return refuse_node(node, "timeline", "a row such as '- 10s: heal'", error);
    }
    if (node->keys->len != 1) {
        return text_place_refuse(&node->place, "timeline", error,
                                 "found %u rows in one, expected each to start with '-'",
                                 node->keys->len);
    }
    const TextNode *key = g_ptr_array_index(node->keys, 0);
    const TextNode *child = g_ptr_array_index(node->children, 0);
    g_autofree char *action = text_node_value(child);
    if (action == NULL || text_node_is_empty(child)) {
        return refuse_node(child, "timeline", "an action such as 'crash {0..9}'", error);
    }
    TimelineRow *row = g_new0(TimelineRow, 1);
    row->time = g_strdup(key->text);
    row->action = g_steal_pointer(&action);
    row->place = key->place;
    row->place.file = content->file;
    g_ptr_array_add(content->timeline, row);
    return true;
}

static bool load_timeline(ScenarioContent *content, const TextPlace *place, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) reason = NULL;
    gsize length = 0;
    content->timeline_path =
        g_path_is_absolute(content->timeline_name)
            ? g_strdup(content->timeline_name)
            : g_build_filename(content->directory, content->timeline_name, NULL);
    if (!g_file_get_contents(content->timeline_path, &text, &length, &reason)) {
        return text_place_refuse(place, "timeline", error, "found '%s', expected a file: %s",
                                 content->timeline_name, reason->message);
    }
    content->timeline_sha256 =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);
    return timeline_csv_read(text, length, content->timeline_path, content->timeline, error);
}

static bool read_timeline(ScenarioContent *content, const TextNode *node, GError **error)
{
    static const char *const expected = "a list of rows such as '- 10s: heal', or file(NAME.csv)";
    if (text_node_is_empty(node)) {
        return true;
    }
    if (node->type == TEXT_LIST) {
        for (guint i = 0; i < node->children->len; i++) {
            if (!read_timeline_row(content, g_ptr_array_index(node->children, i), error)) {
                return false;
            }
        }
        return true;
    }
    if (node->type != TEXT_SCALAR) {
        return refuse_node(node, "timeline", expected, error);
    }
    g_autoptr(CallText) call = call_text_new(node->text, error);
    if (call == NULL) {
        return text_place_blame(&node->place, "timeline", error);
    }
    if (strcmp(call_text_name(call), "file") != 0 || !call_text_has_parentheses(call)) {
        return refuse_node(node, "timeline", expected, error);
    }
    if (!call_text_expect(call, 1, 1, NULL, "file(NAME.csv)", error)) {
        return text_place_blame(&node->place, "timeline", error);
    }
    content->timeline_name = g_strdup(call_text_argument(call, 0));
    return content->directory == NULL || load_timeline(content, &node->place, error);
}

/* -- Lists of lines, and the sweep -- */

static bool add_line(ScenarioContent *content, GPtrArray *lines, const TextNode *node,
                     const char *key, const char *expected, GError **error)
{
    g_autofree char *text = text_node_value(node);
    if (text == NULL || *text == '\0') {
        return refuse_node(node, key, expected, error);
    }
    ScenarioLine *line = g_new0(ScenarioLine, 1);
    line->text = g_steal_pointer(&text);
    line->place = node->place;
    line->place.file = content->file;
    g_ptr_array_add(lines, line);
    return true;
}

static bool read_lines(ScenarioContent *content, GPtrArray *lines, const TextNode *node,
                       const char *key, const char *example, GError **error)
{
    g_autofree char *expected = g_strdup_printf("a list of lines such as '- %s'", example);
    g_autofree char *expected_line = g_strdup_printf("a line such as '%s'", example);
    if (text_node_is_empty(node)) {
        return true;
    }
    if (node->type != TEXT_LIST) {
        return refuse_node(node, key, expected, error);
    }
    for (guint i = 0; i < node->children->len; i++) {
        if (!add_line(content, lines, g_ptr_array_index(node->children, i), key, expected_line,
                      error)) {
            return false;
        }
    }
    return true;
}

static bool read_expectations(ScenarioContent *content, const TextNode *node, GError **error)
{
    return read_lines(content, content->expectations, node, "expect", "ping.loss < 2%", error);
}

static bool read_plots(ScenarioContent *content, const TextNode *node, GError **error)
{
    return read_lines(content, content->plots, node, "plot", "latency-cdf", error);
}

/* A value; of parameters that move together, a list of one value for each. */
static bool add_value(ScenarioContent *content, SweepParameter *parameter, const TextNode *node,
                      const char *key, const char *expected, GError **error)
{
    const bool is_tuple = strchr(parameter->key, ',') != NULL;
    if (is_tuple) {
        if (node->type != TEXT_LIST) {
            return refuse_node(node, key, "a list of one value for each key, such as [10ms, 1%]",
                               error);
        }
        g_autofree char *text = list_value(node, key, error);
        if (text == NULL) {
            return false;
        }
        ScenarioLine *line = g_new0(ScenarioLine, 1);
        line->text = g_steal_pointer(&text);
        line->place = node->place;
        line->place.file = content->file;
        g_ptr_array_add(parameter->lines, line);
        return true;
    }
    if (!add_line(content, parameter->lines, node, key, expected, error)) {
        return false;
    }
    const ScenarioLine *line = g_ptr_array_index(parameter->lines, parameter->lines->len - 1);
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    return strchr(parameter->key, '.') == NULL || sweep_value_expand(line->text, values, error) ||
           text_place_blame(&line->place, key, error);
}

static bool read_parameter(ScenarioContent *content, const char *experiment, const TextNode *key,
                           const TextNode *node, GError **error)
{
    g_autofree char *full = g_strjoin(".", "sweep", experiment == NULL ? key->text : experiment,
                                      experiment == NULL ? NULL : key->text, NULL);
    SweepParameter *parameter = g_new0(SweepParameter, 1);
    parameter->experiment = g_strdup(experiment);
    parameter->key = g_strdup(key->text);
    parameter->lines = g_ptr_array_new_with_free_func(line_free);
    parameter->is_list = node->type == TEXT_LIST;
    parameter->place = key->place;
    parameter->place.file = content->file;
    g_ptr_array_add(content->sweep, parameter);
    if (!parameter->is_list) {
        return add_value(content, parameter, node, full, "a list of values, a range or a value",
                         error);
    }
    if (node->children->len == 0) {
        return text_place_refuse(&node->place, full, error,
                                 "found an empty list, expected at least one value");
    }
    for (guint i = 0; i < node->children->len; i++) {
        if (!add_value(content, parameter, g_ptr_array_index(node->children, i), full, "a value",
                       error)) {
            return false;
        }
    }
    return true;
}

/* Keys below a name are an experiment of that name. */
static bool read_experiment(ScenarioContent *content, const TextNode *key, const TextNode *node,
                            GError **error)
{
    if (node->keys->len == 0) {
        return refuse_node(node, key->text, "keys such as 'link.loss: [0, 1%]' below it", error);
    }
    for (guint i = 0; i < node->keys->len; i++) {
        if (!read_parameter(content, key->text, g_ptr_array_index(node->keys, i),
                            g_ptr_array_index(node->children, i), error)) {
            return false;
        }
    }
    return true;
}

static bool read_sweep(ScenarioContent *content, const TextNode *node, GError **error)
{
    if (text_node_is_empty(node)) {
        return true;
    }
    if (node->type != TEXT_MAPPING) {
        return refuse_node(node, "sweep", "keys such as 'link.loss: [0, 1%]' below it", error);
    }
    for (guint i = 0; i < node->keys->len; i++) {
        const TextNode *key = g_ptr_array_index(node->keys, i);
        const TextNode *child = g_ptr_array_index(node->children, i);
        const bool is_experiment = child->type == TEXT_MAPPING && !text_node_is_set(child);
        if (!(is_experiment ? read_experiment(content, key, child, error)
                            : read_parameter(content, NULL, key, child, error))) {
            return false;
        }
    }
    return true;
}

/* -- The swarm -- */

static bool read_choice(ScenarioContent *content, const TextNode *key, const TextNode *node,
                        GError **error)
{
    g_autofree char *full = g_strconcat("swarm.", key->text, NULL);
    const bool is_list = node->type == TEXT_LIST;
    SweepParameter *choice = g_new0(SweepParameter, 1);
    choice->key = g_strdup(key->text);
    choice->lines = g_ptr_array_new_with_free_func(line_free);
    choice->is_list = is_list;
    choice->place = key->place;
    choice->place.file = content->file;
    g_ptr_array_add(content->swarm, choice);
    if (is_list && node->children->len == 0) {
        return text_place_refuse(&node->place, full, error,
                                 "found an empty list, expected at least one value");
    }
    for (guint i = 0; i < (is_list ? node->children->len : 1); i++) {
        if (!add_line(content, choice->lines, is_list ? g_ptr_array_index(node->children, i) : node,
                      full, is_list ? "a value" : "a list of values or a value", error)) {
            return false;
        }
    }
    return true;
}

static bool read_swarm(ScenarioContent *content, const TextNode *node, GError **error)
{
    if (text_node_is_empty(node)) {
        return true;
    }
    if (node->type != TEXT_MAPPING) {
        return refuse_node(node, "swarm", "keys such as 'link.loss: [0, 1%]' below it", error);
    }
    for (guint i = 0; i < node->keys->len; i++) {
        if (!read_choice(content, g_ptr_array_index(node->keys, i),
                         g_ptr_array_index(node->children, i), error)) {
            return false;
        }
    }
    return true;
}

/* -- Sections -- */

static const struct {
    const char *name;
    SectionReader read;
} LIST_SECTIONS[] = {
    {"timeline", read_timeline}, {"expect", read_expectations}, {"plot", read_plots},
    {"sweep", read_sweep},       {"swarm", read_swarm},
};

static SectionReader find_reader(const char *section)
{
    for (size_t i = 0; i < G_N_ELEMENTS(LIST_SECTIONS); i++) {
        if (strcmp(LIST_SECTIONS[i].name, section) == 0) {
            return LIST_SECTIONS[i].read;
        }
    }
    return NULL;
}

bool scenario_content_is_list(const char *section)
{
    return find_reader(section) != NULL;
}

const char *const *scenario_content_lists(void)
{
    static const char *const names[] = {"timeline", "expect", "plot", "sweep", "swarm", NULL};
    return names;
}

static char *value_text(const TextNode *node, const char *key, GError **error)
{
    if (node->type == TEXT_LIST) {
        return list_value(node, key, error);
    }
    char *text = text_node_value(node);
    if (text == NULL) {
        refuse_node(node, key, "a value", error);
    }
    return text;
}

static bool read_section(ScenarioContent *content, const TextNode *key, const TextNode *node,
                         GError **error)
{
    ScenarioSection *section = g_new0(ScenarioSection, 1);
    section->name = g_strdup(key->text);
    section->place = key->place;
    section->place.file = content->file;
    g_ptr_array_add(content->sections, section);
    if (text_node_is_empty(node)) {
        return true;
    }
    if (node->type != TEXT_MAPPING) {
        const char *nearest = nearest_name(key->text, scenario_content_lists());
        g_autofree char *expected =
            nearest == NULL
                ? g_strdup("a section with keys below it")
                : g_strdup_printf("a section with keys below it; did you mean '%s'?", nearest);
        return refuse_node(node, key->text, expected, error);
    }
    for (guint i = 0; i < node->keys->len; i++) {
        const TextNode *name = g_ptr_array_index(node->keys, i);
        const TextNode *child = g_ptr_array_index(node->children, i);
        g_autofree char *full = g_strconcat(key->text, ".", name->text, NULL);
        g_autofree char *text = value_text(child, full, error);
        if (text == NULL) {
            return false;
        }
        SettingValue *value = setting_value_new(full, text, SETTING_FILE, content->file,
                                                child->place.line, child->place.column);
        value->is_list = child->type == TEXT_LIST;
        value->key_line = name->place.line;
        value->key_column = name->place.column;
        g_ptr_array_add(content->values, value);
    }
    return true;
}

bool scenario_content_read(ScenarioContent *content, const TextNode *root, GError **error)
{
    if (root->type != TEXT_MAPPING) {
        return refuse_node(root, NULL, "sections such as 'scenario:'", error);
    }
    for (guint i = 0; i < root->keys->len; i++) {
        const TextNode *key = g_ptr_array_index(root->keys, i);
        const TextNode *node = g_ptr_array_index(root->children, i);
        const SectionReader read = find_reader(key->text);
        if (!(read != NULL ? read(content, node, error)
                           : read_section(content, key, node, error))) {
            return false;
        }
    }
    return true;
}
