/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "scenarios/run_rows.h"

#include "sim/input_file.h"

static void write_parameters(RecordBuffer *buffer, const GPtrArray *values, bool has_places)
{
    for (guint i = 0; i < values->len; i++) {
        const SettingValue *value = g_ptr_array_index(values, i);
        if (settings_find(values, value->key) != value) {
            continue; /* overridden */
        }
        record_parameter(buffer, value->key, value->text, setting_origin_name(value->origin));
        if (has_places && value->file != NULL) {
            g_autofree char *key = g_strdup_printf("place.%s", value->key);
            g_autofree char *place = value->line == 0 ? g_strdup(value->file)
                                                      : g_strdup_printf("%s:%u:%u", value->file,
                                                                        value->line, value->column);
            record_execution(buffer, key, place);
        }
    }
}

static bool write_input(RecordBuffer *buffer, const Scenario *scenario, const char *name,
                        GError **error)
{
    const char *directory = scenario_file_directory(scenario->file);
    g_autofree char *path =
        g_path_is_absolute(name) ? g_strdup(name) : g_build_filename(directory, name, NULL);
    g_autofree char *hex = NULL;
    if (!input_file_sha256(path, &hex, error)) {
        return false;
    }
    record_input(buffer, name, hex);
    return true;
}

void run_rows_scenario(RecordBuffer *buffer, const ScenarioFile *file)
{
    g_autofree char *directory = g_canonicalize_filename(scenario_file_directory(file), NULL);
    record_execution(buffer, EXECUTION_SCENARIO_PATH, scenario_file_name(file));
    record_execution(buffer, EXECUTION_SCENARIO_DIRECTORY, directory);
    record_execution(buffer, EXECUTION_SCENARIO_TEXT, scenario_file_text(file));
    record_execution(buffer, EXECUTION_SCENARIO_SHA256, scenario_file_sha256(file));
}

bool run_rows_before(RecordBuffer *buffer, const Scenario *scenario, const Network *network,
                     bool is_one_of_many, GError **error)
{
    const ScenarioFile *file = scenario->file;
    write_parameters(buffer, scenario_file_values(scenario->file), !is_one_of_many);
    for (const char *const *name = network_inputs(network); *name != NULL; name++) {
        if (!write_input(buffer, scenario, *name, error)) {
            return false;
        }
    }
    const char *timeline = scenario_file_timeline_input(file);
    if (timeline != NULL && !g_strv_contains(network_inputs(network), timeline)) {
        record_input(buffer, timeline, scenario_file_timeline_sha256(file));
    }
    if (!is_one_of_many) {
        run_rows_scenario(buffer, file);
    }
    return true;
}

/* Of each partition, in order: `350125 349875`. */
static char *events_text(const Simulation *simulation)
{
    GString *text = g_string_new(NULL);
    for (unsigned k = 0; k < simulation_partition_count(simulation); k++) {
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, k == 0 ? "" : " ",
                               partition_events(simulation_partition(simulation, k)));
    }
    return g_string_free(text, FALSE);
}

void run_rows_execution(RecordBuffer *buffer, const Simulation *simulation,
                        const EventQueueKind *queue, double wall_seconds, const char *failure)
{
    g_autofree char *wall = g_strdup_printf("%.6f", wall_seconds);
    g_autofree char *partitions = g_strdup_printf("%u", simulation_partition_count(simulation));
    g_autofree char *threads = g_strdup_printf("%u", simulation_thread_count(simulation));
    g_autofree char *events = events_text(simulation);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = g_date_time_format_iso8601(now);
    record_execution(buffer, EXECUTION_VERSION, PACKAGE_VERSION);
    record_execution(buffer, "host", g_get_host_name());
    record_execution(buffer, "date", date);
    record_execution(buffer, "wall.seconds", wall);
    record_execution(buffer, "queue", queue->name);
    record_execution(buffer, "partitions", partitions);
    record_execution(buffer, "threads", threads);
    record_execution(buffer, "partition.events", events);
    if (failure != NULL) {
        record_execution(buffer, "failure", failure);
    }
}
