/* SPDX-License-Identifier: MIT */
/* Reads the data files that models name. */
#include "models/data_file.h"

#include "sim/error.h"

#include <gio/gio.h>

static const goffset LARGEST_BYTES = (goffset)1 << 30;

bool data_file_read(const char *name, const char *directory, char **ret_text,
                    size_t *ret_size_bytes, GError **error)
{
    if (name[0] == '\0') {
        return skein_refuse(error, "found no file name, expected the path of a data file");
    }
    g_autofree char *path = g_path_is_absolute(name) || directory == NULL
                                ? g_strdup(name)
                                : g_build_filename(directory, name, NULL);
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) cause = NULL;
    g_autoptr(GFileInfo) info = g_file_query_info(file, "standard::size,standard::type",
                                                  G_FILE_QUERY_INFO_NONE, NULL, &cause);
    char *text = NULL;
    gsize size_bytes = 0;
    if (info != NULL && g_file_info_get_file_type(info) == G_FILE_TYPE_DIRECTORY) {
        return skein_refuse(error, "%s: found a directory, expected a data file", name);
    }
    if (info != NULL && g_file_info_get_size(info) > LARGEST_BYTES) {
        return skein_refuse(error, "%s: larger than 1 GiB", name);
    }
    if (info == NULL || !g_file_get_contents(path, &text, &size_bytes, &cause)) {
        return skein_refuse(error, "%s: cannot be read: %s", name,
                            info == NULL && g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                                ? "no such file"
                                : cause->message);
    }
    *ret_text = text;
    *ret_size_bytes = size_bytes;
    return true;
}
