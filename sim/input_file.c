/* SPDX-License-Identifier: MIT */
/* The content of a file as a hash: see sim/input_file.h. */
#include "config.h"

#include "sim/input_file.h"

#include "sim/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

bool input_file_sha256(const char *path, char **ret_hex, GError **error)
{
    int descriptor = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guchar bytes[16384];
    ssize_t count = -1;
    while (descriptor >= 0 && (count = read(descriptor, bytes, sizeof bytes)) > 0) {
        g_checksum_update(checksum, bytes, count);
    }
    if (count < 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s: cannot read this file: %s", path,
                    g_strerror(errno));
    } else {
        *ret_hex = g_strdup(g_checksum_get_string(checksum));
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    return count >= 0;
}
