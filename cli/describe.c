/* SPDX-License-Identifier: MIT */
/* skein describe: what can be set in a module, or what is set in a scenario file. */
#include "cli/command.h"
#include "cli/plot_line.h"
#include "models/latency.h"
#include "models/loss.h"
#include "models/snapshot_layer.h"
#include "models/topology.h"
#include "scenarios/run.h"
#include "scenarios/scenario_find.h"
#include "sim/error.h"
#include "sim/settings_print.h"

#include <stdio.h>
#include <string.h>

static const CommandUsage USAGE = {
    .arguments = "MODULE|FILE",
    .summary = "Explains a module: its settings with type, default and range, the rows that a "
               "timeline may have, its\nmetrics and plots. Or a scenario file: every value in "
               "force and where it comes from.",
    .examples = "  skein describe ping\n"
                "  skein describe ping.yaml --set link.loss=2%\n"
                "  skein describe ping --json-schema > ping.schema.json",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

static void print_usages(const Application *application)
{
    g_auto(GStrv) usages = fault_plan_usages(application);
    puts("\nrows of the timeline (- TIME: ROW)");
    for (char **usage = usages; *usage != NULL; usage++) {
        printf("  %s\n", *usage);
    }
}

static void print_forms(const char *key, const char *(*form)(unsigned index))
{
    printf("\n%s\n", key);
    for (unsigned i = 0; form(i) != NULL; i++) {
        printf("  %s\n", form(i));
    }
}

/* What the values may look like that a type alone does not tell. */
static void print_all_forms(void)
{
    print_forms("forms of link.latency", latency_model_usage);
    print_forms("forms of link.loss", loss_model_usage);
    puts("\nforms of topology.kind");
    const char *name, *help;
    for (unsigned i = 0; topology_kind(i, &name, &help); i++) {
        printf("  %s: %s\n", name, help);
    }
    puts("\nforms of a distribution");
    for (const char *const *usage = distribution_usages(); *usage != NULL; usage++) {
        printf("  %s\n", *usage);
    }
}

static void print_metrics(const ScenarioModule *module, const Application *application,
                          unsigned own_count)
{
    puts("\nmetrics (expect: METRIC[.mean|.p50|.p99|.p99.9|.min|.max|.count|.sum] < VALUE)");
    puts("  dial.time [ns], message.latency [ns], message.loss [1]: of the network");
    const MetricName *metrics = application->metrics;
    for (unsigned i = 0; metrics != NULL && metrics[i].name != NULL; i++) {
        printf("  %s.%s [%s]: %s\n", i < own_count ? module->name : "snapshot", metrics[i].name,
               metrics[i].unit, metrics[i].help);
    }
    for (const ScenarioProperty *property = module->properties;
         property != NULL && property->name != NULL; property++) {
        printf("  property %s: %s\n", property->name, property->expectation);
    }
}

static void describe_module(const ScenarioModule *module)
{
    printf("%s: %s\n", module->name, module->title);
    g_autofree const SettingsTable **tables = scenario_tables(module);
    for (const SettingsTable **table = tables; *table != NULL; table++) {
        g_autofree char *text = settings_describe(*table);
        printf("\n%s", text);
    }
    print_all_forms();
    g_autoptr(SnapshotLayer) layer =
        module->application->snapshot == NULL ? NULL : snapshot_layer_new(module->application);
    const Application *application = layer == NULL ? module->application : &layer->application;
    print_usages(application);
    print_metrics(module, application, layer == NULL ? UINT_MAX : layer->first_metric);
    if (module->plots != NULL) {
        g_autofree char *plots = g_strjoinv(", ", (char **)(uintptr_t)module->plots);
        printf("\nplots: %s\n", plots);
    }
}

/* `key  value  # origin, place`, in the order of the tables. */
static void print_value(const GPtrArray *values, const char *key)
{
    const SettingValue *value = settings_find(values, key);
    if (value == NULL) {
        return;
    }
    printf("  %-26s %-34s # %s", key, value->text, setting_origin_name(value->origin));
    if (value->file != NULL && value->line > 0) {
        printf(", %s:%u:%u", value->file, value->line, value->column);
    }
    puts("");
}

static void print_rest(const Run *run)
{
    const ScenarioFile *file = run_scenario(run)->file;
    const GPtrArray *timeline = scenario_file_timeline(file);
    const GPtrArray *lines = scenario_file_expectations(file);
    puts(timeline->len > 0 ? "\ntimeline" : "");
    for (guint i = 0; i < timeline->len; i++) {
        const TimelineRow *row = g_ptr_array_index(timeline, i);
        printf("  %s: %s # %s:%u\n", row->time, row->action, row->place.file, row->place.line);
    }
    for (guint i = 0; i < lines->len; i++) {
        const ScenarioLine *line = g_ptr_array_index(lines, i);
        printf("expects %s # %s:%u\n", line->text, line->place.file, line->place.line);
    }
    for (const char *const *input = network_inputs(run_network(run)); *input != NULL; input++) {
        printf("reads %s\n", *input);
    }
    for (const char *const *remark = run_remarks(run); *remark != NULL; remark++) {
        command_warn("%s", *remark);
    }
}

static bool describe_file(const char *path, char **sets, GError **error)
{
    g_autoptr(Scenario) scenario = scenario_load(path, (const char *const *)sets, NULL, error);
    if (scenario == NULL) {
        return false;
    }
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, error);
    if (run == NULL || !plot_lines_check(run, error)) {
        return false;
    }
    printf("%s: %s\n%u peers, module %s\n", path, scenario->title,
           network_peer_count(run_network(run)), scenario->module->name);
    g_autofree const SettingsTable **tables = scenario_tables(scenario->module);
    for (const SettingsTable **table = tables; *table != NULL; table++) {
        puts("");
        for (const Setting *setting = (*table)->settings; setting->key != NULL; setting++) {
            g_autofree char *key = g_strdup_printf("%s.%s", (*table)->section, setting->key);
            print_value(scenario_file_values(scenario->file), key);
        }
    }
    print_rest(run);
    return true;
}

/* Of the module itself, or of the one that a file names. */
static bool print_schema(const char *name, bool is_file, GError **error)
{
    const ScenarioModule *module;
    if (is_file) {
        g_autoptr(Scenario) scenario = scenario_load(name, NULL, NULL, error);
        module = scenario == NULL ? NULL : scenario->module;
    } else {
        module = scenario_find(name, error);
    }
    if (module == NULL) {
        return false;
    }
    g_autofree const SettingsTable **tables = scenario_tables(module);
    g_autofree char *schema = settings_json_schema(tables);
    puts(schema);
    return true;
}

static bool describe(const char *name, char **sets, bool as_schema, GError **error)
{
    const bool is_file = strpbrk(name, "/.") != NULL || g_file_test(name, G_FILE_TEST_IS_REGULAR);
    if (as_schema) {
        return print_schema(name, is_file, error);
    }
    if (is_file) {
        return describe_file(name, sets, error);
    }
    const ScenarioModule *module = scenario_find(name, error);
    if (module == NULL) {
        return false;
    }
    if (sets != NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "--set needs a scenario file; %s is a module", name);
        return false;
    }
    describe_module(module);
    return true;
}

int command_describe(int argc, char **argv)
{
    g_auto(GStrv) sets = NULL;
    gboolean as_schema = FALSE;
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets,
         "Override a setting of the file; may be repeated", "SECTION.KEY=VALUE"},
        {"json-schema", 0, 0, G_OPTION_ARG_NONE, &as_schema,
         "Print a JSON Schema of the module's scenario files, for editors", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error) ||
        !describe(argv[1], sets, as_schema, &error)) {
        return command_fail(error);
    }
    return 0;
}
