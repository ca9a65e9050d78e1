/* SPDX-License-Identifier: MIT */
/* A database file in the making: PATH.partial, which becomes PATH when it is complete. Whoever
 * looks at PATH sees nothing, the old file, or all of the new one.
 *
 * The partial file is locked (flock) while it is being made, so that a second run that wants the
 * same output is refused instead of mixing with the first; one that a dead run left behind is
 * overwritten. */
#ifndef SIM_DATABASE_FILE_H
#define SIM_DATABASE_FILE_H

#include <glib.h>
#include <stdbool.h>

typedef struct DatabaseFile DatabaseFile;

/* Creates an empty PATH.partial. SKEIN_ERROR_INPUT when PATH exists and !replace, or is no regular
 * file, or is being written by another run; SKEIN_ERROR_ENVIRONMENT when it cannot be created. */
DatabaseFile *database_file_new(const char *path, bool replace, GError **error);
/* Removes the partial file unless it was published. */
void database_file_free(DatabaseFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DatabaseFile, database_file_free)

const char *database_file_path(const DatabaseFile *file);
const char *database_file_partial_path(const DatabaseFile *file);

/* Syncs the partial file, which nobody may have open for writing any more, and gives it its name.
 * Fails as database_file_new does. */
bool database_file_publish(DatabaseFile *file, GError **error);

#endif
