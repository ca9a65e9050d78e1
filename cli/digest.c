/* SPDX-License-Identifier: MIT */
/* skein digest: equal runs, equal line. */
#include "analysis/digest.h"
#include "cli/command.h"

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

int command_digest(int argc, char **argv)
{
    GError *error = NULL;
    if (!command_parse(&USAGE, NULL, &argc, &argv, &error)) {
        return command_fail(error);
    }
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
        printf("%s  %s\n", digest, argv[i]);
    }
    return 0;
}
