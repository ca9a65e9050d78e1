/* SPDX-License-Identifier: MIT */
/* Files that a run reads, known by their content: the `input` rows of the database. */
#ifndef SIM_INPUT_FILE_H
#define SIM_INPUT_FILE_H

#include <glib.h>
#include <stdbool.h>

/* The SHA-256 of the file's bytes in lower-case hexadecimal (64 characters, the caller frees it).
 * SKEIN_ERROR_INPUT when the file cannot be read. */
bool input_file_sha256(const char *path, char **ret_hex, GError **error);

#endif
