/* SPDX-License-Identifier: MIT */
/* Where an export goes: PATH.partial until it is complete, then PATH; or standard output. A folder
 * is made the same way. */
#ifndef CLI_EXPORT_TARGET_H
#define CLI_EXPORT_TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct ExportTarget ExportTarget;

/* SKEIN_ERROR_INPUT when the path is taken and !replace; a folder is never replaced by a file or
 * the other way round, and only one that an export could have made is replaced at all. path NULL is
 * standard output, which is no folder. */
ExportTarget *export_target_new(const char *path, bool is_folder, bool replace, GError **error);
/* Removes what is partial unless it was published. */
void export_target_free(ExportTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportTarget, export_target_free)

FILE *export_target_file(const ExportTarget *target);       /* NULL for a folder */
const char *export_target_path(const ExportTarget *target); /* to write into, or a name for it */

bool export_target_publish(ExportTarget *target, GError **error);

#endif
