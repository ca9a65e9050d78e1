/* SPDX-License-Identifier: MIT */
/* skein export: one run in the format of another tool. */
#include "analysis/export.h"
#include "cli/command.h"
#include "cli/export_target.h"
#include "cli/selection.h"
#include "cli/unknown_name.h"
#include "sim/error.h"

typedef struct ExportArguments {
    char *output, *from, *to, *peers, *trace;
    gboolean is_forced;
    int64_t run_id;
} ExportArguments;

static void arguments_clear(ExportArguments *arguments)
{
    g_free(arguments->output);
    g_free(arguments->from);
    g_free(arguments->to);
    g_free(arguments->peers);
    g_free(arguments->trace);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExportArguments, arguments_clear)

static char *list_formats(void)
{
    GString *text = g_string_new("Writes one run of a database in the format of another tool. "
                                 "Formats:\n\n");
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        g_string_append_printf(text, "  %-9s %-14s %s\n", EXPORT_FORMATS[i]->name,
                               EXPORT_FORMATS[i]->ending, EXPORT_FORMATS[i]->help);
    }
    g_string_append(text, "\nThe second column is how the tools expect the file's name to end.");
    return g_string_free(text, FALSE);
}

static const ExportFormat *find_format(const char *name, GError **error)
{
    const ExportFormat *format = export_format_find(name);
    if (format == NULL) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
            g_ptr_array_add(names, (char *)(uintptr_t)EXPORT_FORMATS[i]->name);
        }
        unknown_name("format", name, names, error);
    }
    return format;
}

static bool export_database(const char *path, const char *format_name,
                            const ExportArguments *arguments, GError **error)
{
    ExportOptions options = {
        .run_id = arguments->run_id == G_MININT64 ? NULL : &arguments->run_id,
        .trace = arguments->trace,
        .from_ns = G_MININT64,
        .to_ns = G_MAXINT64,
    };
    const ExportFormat *format = find_format(format_name, error);
    if (format == NULL || !selection_parse_time("from", arguments->from, &options.from_ns, error) ||
        !selection_parse_time("to", arguments->to, &options.to_ns, error)) {
        return false;
    }
    g_autoptr(GArray) peers = NULL;
    g_autoptr(sqlite3) database =
        selection_open(path, options.run_id, arguments->peers, &peers, error);
    if (database == NULL) {
        return false;
    }
    options.peers = peers;
    g_autoptr(ExportTarget) target = export_target_new(
        arguments->output, format->write_folder != NULL, arguments->is_forced, error);
    if (target == NULL) {
        return false;
    }
    if (!export_write(database, format, &options, export_target_file(target),
                      export_target_path(target), error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    return export_target_publish(target, error);
}

int command_export(int argc, char **argv)
{
    g_auto(ExportArguments) arguments = {.run_id = G_MININT64};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
         "The file, or the folder (default: standard output)", "FILE"},
        {"run", 'r', 0, G_OPTION_ARG_INT64, &arguments.run_id, "This run (default: the first)",
         "N"},
        {"peers", 'p', 0, G_OPTION_ARG_STRING, &arguments.peers,
         "Only these peers and what is among them, say '{0..9, 12}'", "PEERS"},
        {"trace", 't', 0, G_OPTION_ARG_STRING, &arguments.trace,
         "Only this trace: its number in the database, or its id in an export", "TRACE"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &arguments.from,
         "Only what lasts beyond this virtual time", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &arguments.to, "Only what began by this virtual time",
         "TIME"},
        {"force", 'f', 0, G_OPTION_ARG_NONE, &arguments.is_forced, "Replace what is there already",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *summary = list_formats();
    const CommandUsage usage = {
        .arguments = "DB FORMAT",
        .summary = summary,
        .examples = "  skein export testbed.db otlp -o testbed.jsonl\n"
                    "  skein export testbed.db chrome -o testbed.trace.json\n"
                    "  skein export testbed.db csv -o testbed-tables\n"
                    "  skein export testbed.db dot | dot -Tsvg > testbed.svg\n"
                    "  skein export testbed.db otlp --peers '{0..4}' --from 1s --to 2s | head -1",
        .argument_count_min = 2,
        .argument_count_max = 2,
    };
    GError *error = NULL;
    if (!command_parse(&usage, entries, &argc, &argv, &error) ||
        !export_database(argv[1], argv[2], &arguments, &error)) {
        return command_fail(error);
    }
    return 0;
}
