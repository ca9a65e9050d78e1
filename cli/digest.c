/* SPDX-License-Identifier: MIT */
/* skein digest: equal runs, equal line. */
#include "analysis/digest.h"
#include "cli/command.h"
#include "sim/json_text.h"

#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "DB...",
    .summary = "Prints the SHA-256 of what the runs in each database did. Equal runs give equal "
               "digests,\nwhatever the machine, the compiler or the number of threads.",
    .examples = "  skein digest testbed.db\n"
                "  skein digest a.db b.db",
    .argument_count_min = 1,
    .argument_count_max = -1,
};

static void print_digest(const char *path, const char *digest, bool as_json, GString *json)
{
    if (!as_json) {
        printf("%s  %s\n", digest, path);
        return;
    }
    json_text_next(json);
    g_string_append_c(json, '{');
    json_text_append_member(json, "database", path);
    json_text_append_member(json, "digest", digest);
    g_string_append_c(json, '}');
}

int command_digest(int argc, char **argv)
{
    gboolean as_json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON array", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error)) {
        return command_fail(error);
    }
    g_autoptr(GString) json = g_string_new("[");
    for (int i = 1; i < argc; i++) {
        g_autoptr(sqlite3) database = database_open(argv[i], &error);
        if (database == NULL) {
            return command_fail(error);
        }
        g_autofree char *digest = digest_of_database(database, &error);
        if (digest == NULL) {
            g_prefix_error(&error, "%s: ", argv[i]);
            return command_fail(error);
        }
        print_digest(argv[i], digest, as_json, json);
    }
    if (as_json) {
        printf("%s]\n", json->str);
    }
    return 0;
}
