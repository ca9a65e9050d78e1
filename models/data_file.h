/* SPDX-License-Identifier: MIT */
/* A data file, whole in memory. `name` is the path as the user wrote it; a relative one starts at
 * `directory` (NULL: the working directory). Errors name the file as written. */
#ifndef MODELS_DATA_FILE_H
#define MODELS_DATA_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* *ret_text is to be freed by g_free and has a NUL after its last byte. Files above 1 GiB are
 * refused. */
bool data_file_read(const char *name, const char *directory, char **ret_text,
                    size_t *ret_size_bytes, GError **error);

#endif
