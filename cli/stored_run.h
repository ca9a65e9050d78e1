/* SPDX-License-Identifier: MIT */
/* A run as its database tells it: all that is needed to run it once more. */
#ifndef CLI_STORED_RUN_H
#define CLI_STORED_RUN_H

#include "analysis/database.h"
#include "sim/settings.h"

typedef struct StoredInput {
    char *name, *sha256;
} StoredInput;

typedef struct StoredRun {
    char *status;
    uint64_t fingerprint;
    char *path;      /* of the scenario file, as it was given */
    char *directory; /* where its relative paths start */
    char *text;
    char *version;     /* of the program */
    GPtrArray *values; /* of SettingValue: those in force, with their origins */
    GArray *inputs;    /* of StoredInput */
} StoredRun;

/* The only run of a database: more than one is an error. name is the database's, for messages. */
StoredRun *stored_run_read(sqlite3 *database, const char *name, GError **error);
void stored_run_free(StoredRun *stored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoredRun, stored_run_free)

#endif
