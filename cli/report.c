/* SPDX-License-Identifier: MIT */
/* skein report: a run as one page that opens from disk. */
#include "analysis/report.h"
#include "cli/command.h"
#include "cli/export_target.h"
#include "cli/selection.h"
#include "sim/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const CommandUsage USAGE = {
    .arguments = "DB",
    .summary = "Writes one HTML page about a run: summary, latencies, traces, space and time with "
               "the cuts of snapshots, topology;\nfor a sweep the index of its runs too. It opens "
               "from disk and asks no network. It carries up to --max-spans spans\nand as many "
               "messages in full, whole traces in order of start first; the rest is counted by "
               "peer and time.",
    .examples = "  skein report testbed.db\n"
                "  skein report testbed.db -o page.html --from 38s --to 40s --peers '{0..7}'\n"
                "  skein report big.db --max-spans 100000 --force",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

enum { SPANS_DEFAULT = 20000, SPANS_LIMIT = 2000000 };

typedef struct ReportArguments {
    char *output, *from, *to, *peers, *trace;
    gboolean is_forced, is_every_run;
    int64_t run_id, spans_max;
} ReportArguments;

static void arguments_clear(ReportArguments *arguments)
{
    g_free(arguments->output);
    g_free(arguments->from);
    g_free(arguments->to);
    g_free(arguments->peers);
    g_free(arguments->trace);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReportArguments, arguments_clear)

/* `testbed.db` becomes `testbed.html`. */
static char *output_beside(const char *path)
{
    const char *ending = strrchr(path, '.');
    const char *folder = strrchr(path, '/');
    const size_t length = ending == NULL || (folder != NULL && ending < folder)
                              ? strlen(path)
                              : (size_t)(ending - path);
    return g_strdup_printf("%.*s.html", (int)length, path);
}

static bool read_options(const ReportArguments *arguments, ReportOptions *options,
                         int64_t *trace_id, GError **error)
{
    if (arguments->spans_max < 1 || arguments->spans_max > SPANS_LIMIT) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "--max-spans: found %" G_GINT64_FORMAT ", expected a number from 1 to %d",
                    arguments->spans_max, SPANS_LIMIT);
        return false;
    }
    if (arguments->is_every_run && options->run_id != NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "--every-run: found --run as well, which asks for one");
        return false;
    }
    options->spans_max = (uint32_t)arguments->spans_max;
    if (arguments->trace != NULL) {
        char *end = NULL;
        *trace_id = g_ascii_strtoll(arguments->trace, &end, 10);
        if (*arguments->trace == '\0' || *end != '\0') {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "--trace: found '%s', expected the number of a trace, as the column "
                        "trace_id of the table span has it",
                        arguments->trace);
            return false;
        }
        options->trace_id = trace_id;
    }
    return selection_parse_time("from", arguments->from, &options->from_ns, error) &&
           selection_parse_time("to", arguments->to, &options->to_ns, error);
}

static bool write_page(const char *path, const char *page, bool replace, GError **error)
{
    g_autoptr(ExportTarget) target = export_target_new(path, false, replace, error);
    if (target == NULL) {
        return false;
    }
    const size_t length = strlen(page);
    if (fwrite(page, 1, length, export_target_file(target)) != length) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: cannot be written: %s", path,
                    g_strerror(errno));
        return false;
    }
    return export_target_publish(target, error);
}

/* One page, or with --every-run one for each run, side by side. */
static bool write_pages(sqlite3 *database, const char *output, ReportOptions *options,
                        const ReportArguments *arguments, GError **error)
{
    int64_t count = 1;
    if (arguments->is_every_run) {
        if (!database_read_integer(database, "SELECT count(*) FROM run", &count, error)) {
            return false;
        }
        const char *folder = strrchr(output, '/');
        options->pages = folder == NULL ? output : folder + 1;
    }
    for (options->place = 0; options->place < count; options->place++) {
        g_autofree char *page = report_page(database, options, error);
        g_autofree char *name = report_page_name(output, options->place);
        if (page == NULL || !write_page(name, page, arguments->is_forced, error)) {
            return false;
        }
    }
    return true;
}

static bool report(const char *path, const ReportArguments *arguments, GError **error)
{
    int64_t trace_id = 0;
    ReportOptions options = {.run_id = arguments->run_id == G_MININT64 ? NULL : &arguments->run_id,
                             .to_ns = G_MAXINT64};
    if (!read_options(arguments, &options, &trace_id, error)) {
        return false;
    }
    g_autoptr(GArray) peers = NULL;
    g_autoptr(sqlite3) database =
        selection_open(path, options.run_id, arguments->peers, &peers, error);
    if (database == NULL) {
        return false;
    }
    options.peers = peers;
    g_autofree char *output =
        arguments->output == NULL ? output_beside(path) : g_strdup(arguments->output);
    if (!write_pages(database, output, &options, arguments, error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    printf("%s\n", output);
    return true;
}

int command_report(int argc, char **argv)
{
    g_auto(ReportArguments) arguments = {.run_id = G_MININT64, .spans_max = SPANS_DEFAULT};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
         "The page (default: the database's name with .html)", "FILE"},
        {"run", 'r', 0, G_OPTION_ARG_INT64, &arguments.run_id, "This run (default: the first)",
         "N"},
        {"every-run", 0, 0, G_OPTION_ARG_NONE, &arguments.is_every_run,
         "A page for each run of a sweep, FILE, FILE-2, FILE-3 and so on, with links", NULL},
        {"from", 0, 0, G_OPTION_ARG_STRING, &arguments.from, "Only from this virtual time on",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &arguments.to, "Only up to this virtual time", "TIME"},
        {"peers", 'p', 0, G_OPTION_ARG_STRING, &arguments.peers,
         "Only these peers and what is among them, say '{0..9, 12}'", "PEERS"},
        {"trace", 't', 0, G_OPTION_ARG_STRING, &arguments.trace, "Only this trace", "N"},
        {"max-spans", 0, 0, G_OPTION_ARG_INT64, &arguments.spans_max,
         "The most spans, and messages, in full (default: 20000)", "N"},
        {"force", 'f', 0, G_OPTION_ARG_NONE, &arguments.is_forced, "Replace an existing page",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error) ||
        !report(argv[1], &arguments, &error)) {
        return command_fail(error);
    }
    return 0;
}
