/* SPDX-License-Identifier: MIT */
#include "scenarios/draft.h"

#include "models/fault_plan.h"
#include "scenarios/draft_row.h"
#include "sim/record.h"
#include "sim/value_text.h"

#include <string.h>

/* A full mesh of 200 peers; above it, the file would say less than the setting. */
enum { EDGES_MAX = 20000 };

static void setting_free(void *data)
{
    DraftSetting *setting = data;
    g_free(setting->key);
    g_free(setting->text);
    g_free(setting);
}

static void row_free(void *data)
{
    DraftRow *row = data;
    g_free(row->action);
    g_free(row);
}

void draft_free(Draft *draft)
{
    if (draft == NULL) {
        return;
    }
    g_array_unref(draft->actions);
    g_ptr_array_unref(draft->settings);
    g_ptr_array_unref(draft->rows);
    g_ptr_array_unref(draft->expectations);
    g_clear_pointer(&draft->messages, g_array_unref);
    g_clear_pointer(&draft->edges, g_array_unref);
    g_free(draft);
}

static void add_setting(Draft *draft, const char *key, const char *text, bool is_list)
{
    DraftSetting *setting = g_new(DraftSetting, 1);
    *setting = (DraftSetting){g_strdup(key), g_strdup(text), is_list};
    g_ptr_array_add(draft->settings, setting);
}

static void push_row(Draft *draft, SimTime time, const char *action)
{
    DraftRow *row = g_new(DraftRow, 1);
    *row = (DraftRow){time, g_strdup(action)};
    g_ptr_array_add(draft->rows, row);
}

static Draft *new_empty(const ScenarioModule *module, GArray *actions, uint32_t peer_count)
{
    Draft *draft = g_new0(Draft, 1);
    draft->module = module;
    draft->actions = g_array_ref(actions);
    draft->peer_count = peer_count;
    draft->settings = g_ptr_array_new_with_free_func(setting_free);
    draft->rows = g_ptr_array_new_with_free_func(row_free);
    draft->expectations = g_ptr_array_new_with_free_func(g_free);
    return draft;
}

/* Words of a value that name a file of the folder get the whole path: `matrix(cities.csv, ...)`. */
static char *with_paths(const char *text, const char *directory)
{
    static const char BETWEEN[] = "()[]{}=,; \t'\"";
    g_autofree char *folder = g_canonicalize_filename(directory, NULL);
    GString *result = g_string_new(NULL);
    while (*text != '\0') {
        const size_t gap = strspn(text, BETWEEN);
        g_string_append_len(result, text, (gssize)gap);
        text += gap;
        const size_t length = strcspn(text, BETWEEN);
        g_autofree char *word = g_strndup(text, length);
        g_autofree char *path = g_canonicalize_filename(word, folder);
        const bool is_file = strchr(word, '.') != NULL && !g_path_is_absolute(word) &&
                             g_file_test(path, G_FILE_TEST_IS_REGULAR);
        g_string_append(result, is_file ? path : word);
        text += length;
    }
    return g_string_free(result, FALSE);
}

const Action *draft_actions(const Draft *draft)
{
    return (const Action *)(void *)draft->actions->data;
}

Draft *draft_new(const Scenario *scenario, const Network *network)
{
    const DraftPeers peers = {network_peer_count(network), network_peer_names(network)};
    const Action *known = network_application(network)->actions;
    g_autoptr(GArray) actions = g_array_new(TRUE, TRUE, sizeof(Action));
    for (; known != NULL && known->name != NULL; known++) {
        g_array_append_val(actions, *known);
    }
    Draft *draft = new_empty(scenario->module, actions, peers.count);
    const GPtrArray *values = scenario_file_values(scenario->file);
    const char *directory = scenario_file_directory(scenario->file);
    for (guint i = 0; i < values->len; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        if (value->origin == SETTING_DEFAULT || strcmp(value->key, "peers.count") == 0 ||
            settings_find(values, value->key) != value) {
            continue;
        }
        g_autofree char *text = with_paths(value->text, directory);
        add_setting(draft, value->key, text, value->is_list);
    }
    draft_settings_rename(draft, &peers, RECORD_NO_PEER);
    const GPtrArray *timeline = scenario_file_timeline(scenario->file);
    for (guint i = 0; i < timeline->len; i++) {
        const TimelineRow *row = g_ptr_array_index(timeline, i);
        g_autofree char *action =
            draft_row_rename(draft_actions(draft), row->action, &peers, RECORD_NO_PEER);
        SimTime time;
        if (action != NULL && value_parse(row->time, VALUE_DURATION, &time, NULL)) {
            draft_add_row(draft, time, action);
        }
    }
    const GPtrArray *lines = scenario_file_expectations(scenario->file);
    for (guint i = 0; i < lines->len; i++) {
        g_ptr_array_add(draft->expectations,
                        g_strdup(((const ScenarioLine *)g_ptr_array_index(lines, i))->text));
    }
    return draft;
}

static GArray *copy_array(const GArray *array)
{
    if (array == NULL) {
        return NULL;
    }
    const guint size_bytes = g_array_get_element_size((GArray *)(uintptr_t)array);
    GArray *copy = g_array_sized_new(FALSE, FALSE, size_bytes, array->len);
    g_array_append_vals(copy, array->data, array->len);
    return copy;
}

Draft *draft_copy(const Draft *draft)
{
    Draft *copy = new_empty(draft->module, draft->actions, draft->peer_count);
    for (guint i = 0; i < draft->settings->len; i++) {
        const DraftSetting *setting = g_ptr_array_index(draft->settings, i);
        add_setting(copy, setting->key, setting->text, setting->is_list);
    }
    for (guint i = 0; i < draft->rows->len; i++) {
        const DraftRow *row = g_ptr_array_index(draft->rows, i);
        push_row(copy, row->time, row->action);
    }
    for (guint i = 0; i < draft->expectations->len; i++) {
        g_ptr_array_add(copy->expectations, g_strdup(g_ptr_array_index(draft->expectations, i)));
    }
    copy->messages = copy_array(draft->messages);
    copy->edges = copy_array(draft->edges);
    copy->latency = draft->latency;
    copy->has_explicit_rows = draft->has_explicit_rows;
    return copy;
}

static DraftSetting *find_setting(const Draft *draft, const char *key)
{
    for (guint i = 0; i < draft->settings->len; i++) {
        DraftSetting *setting = g_ptr_array_index(draft->settings, i);
        if (strcmp(setting->key, key) == 0) {
            return setting;
        }
    }
    return NULL;
}

const char *draft_setting(const Draft *draft, const char *key)
{
    const DraftSetting *setting = find_setting(draft, key);
    return setting == NULL ? NULL : setting->text;
}

void draft_set(Draft *draft, const char *key, const char *text)
{
    DraftSetting *setting = find_setting(draft, key);
    if (setting == NULL) {
        add_setting(draft, key, text, false);
        return;
    }
    g_free(setting->text);
    setting->text = g_strdup(text);
    setting->is_list = false;
}

void draft_unset(Draft *draft, const char *key)
{
    DraftSetting *setting = find_setting(draft, key);
    if (setting != NULL) {
        g_ptr_array_remove(draft->settings, setting);
    }
}

void draft_add_row(Draft *draft, SimTime time, const char *action)
{
    push_row(draft, time, action);
    void **rows = draft->rows->pdata;
    for (guint i = draft->rows->len - 1; i > 0 && ((DraftRow *)rows[i - 1])->time > time; i--) {
        void *row = rows[i];
        rows[i] = rows[i - 1];
        rows[i - 1] = row;
    }
}

/* From a run. */

/* The largest power of ten that no latency is below, at most 1 ms. */
static SimDuration simple_latency(const GArray *messages)
{
    SimDuration simple = SIM_MILLISECOND;
    for (guint i = 0; i < messages->len; i++) {
        const SimDuration latency = g_array_index(messages, DraftMessage, i).latency;
        while (latency > 0 && simple > latency) {
            simple /= 10;
        }
    }
    return simple;
}

/* A row that changes what the messages of the draft stand in for. */
static bool sets_messages(const DraftRow *row)
{
    return g_str_has_prefix(row->action, "set ") &&
           (strstr(row->action, " link.latency ") != NULL ||
            strstr(row->action, " link.jitter ") != NULL ||
            strstr(row->action, " link.loss ") != NULL);
}

void draft_take_messages(Draft *draft, const GArray *messages)
{
    if (draft->messages == NULL) {
        static const char *const REPLACED[] = {"link.latency", "link.jitter", "link.loss",
                                               "peers.attach", NULL};
        for (const char *const *key = REPLACED; *key != NULL; key++) {
            draft_unset(draft, *key);
        }
        for (guint i = draft->rows->len; i-- > 0;) {
            if (sets_messages(g_ptr_array_index(draft->rows, i))) {
                g_ptr_array_remove_index(draft->rows, i);
            }
        }
        draft->latency = simple_latency(messages);
    }
    g_clear_pointer(&draft->messages, g_array_unref);
    draft->messages = copy_array(messages);
}

bool draft_take_edges(Draft *draft, const Topology *topology)
{
    static const char *const REPLACED[] = {"kind",    "degree", "probability", "beta", "arity",
                                           "columns", "wrap",   "file",        NULL};
    if (topology_edge_count(topology) > EDGES_MAX) {
        return false;
    }
    g_clear_pointer(&draft->edges, g_array_unref);
    draft->edges = g_array_new(FALSE, FALSE, sizeof(DraftEdge));
    for (EntityId peer = 0; peer < topology_peer_count(topology); peer++) {
        for (uint32_t k = 0; k < topology_degree(topology, peer); k++) {
            if (topology_dials(topology, peer, k)) {
                const DraftEdge edge = {peer, topology_neighbour(topology, peer, k)};
                g_array_append_val(draft->edges, edge);
            }
        }
    }
    for (const char *const *key = REPLACED; *key != NULL; key++) {
        g_autofree char *full = g_strconcat("topology.", *key, NULL);
        draft_unset(draft, full);
    }
    draft_unset(draft, "peers.names");
    return true;
}

bool draft_take_rows(Draft *draft, const GPtrArray *rows)
{
    const char *const *assignment = draft->module->explicit_settings;
    if (assignment == NULL) {
        return false;
    }
    for (; *assignment != NULL; assignment++) {
        const char *equals = strchr(*assignment, '=');
        g_assert(equals != NULL);
        g_autofree char *key = g_strndup(*assignment, (size_t)(equals - *assignment));
        draft_set(draft, key, equals + 1);
    }
    for (guint i = 0; i < rows->len; i++) {
        const DraftRow *row = g_ptr_array_index(rows, i);
        draft_add_row(draft, row->time, row->action);
    }
    draft->has_explicit_rows = true;
    return true;
}
