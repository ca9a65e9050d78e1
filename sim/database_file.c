/* SPDX-License-Identifier: MIT */
/* PATH.partial until it is complete: see sim/database_file.h. */
#include "config.h"

#include "sim/database_file.h"

#include "sim/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct DatabaseFile {
    char *path, *partial;
    int descriptor; /* holds the lock; -1 after the file was published */
    bool replace;
};

static void set_system_error(GError **error, const char *path, const char *verb)
{
    int code = errno;
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: cannot %s: %s", path, verb,
                g_strerror(code));
}

static bool target_is_free(const char *path, bool replace, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return true;
    }
    if (!S_ISREG(status.st_mode)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: found a %s, expected the name of a database file", path,
                    S_ISDIR(status.st_mode) ? "folder" : "special file");
        return false;
    }
    if (!replace) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: already exists; use --force to replace it", path);
        return false;
    }
    return true;
}

/* True when the open file still is the one with that name: between opening and locking, the run
 * that held the lock may have published or removed it. */
static bool is_same_file(int descriptor, const char *path)
{
    struct stat opened, named;
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Opens and locks the partial file; -1 with error set when that is not possible. */
static int open_locked(const char *partial, GError **error)
{
    for (;;) {
        int descriptor = g_open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0) {
            set_system_error(error, partial, "create this file");
            return -1;
        }
        if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) {
                g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                            "%s: another run is writing this file; expected an output of its own",
                            partial);
            } else {
                set_system_error(error, partial, "lock this file");
            }
            close(descriptor);
            return -1;
        }
        if (is_same_file(descriptor, partial)) {
            return descriptor;
        }
        close(descriptor);
    }
}

DatabaseFile *database_file_new(const char *path, bool replace, GError **error)
{
    if (!target_is_free(path, replace, error)) {
        return NULL;
    }
    g_autofree char *partial = g_strconcat(path, ".partial", NULL);
    int descriptor = open_locked(partial, error);
    if (descriptor < 0) {
        return NULL;
    }
    DatabaseFile *file = g_new0(DatabaseFile, 1);
    file->path = g_strdup(path);
    file->partial = g_steal_pointer(&partial);
    file->descriptor = descriptor;
    file->replace = replace;
    /* Again, now that nobody else can publish: another run may just have done so. */
    if (!target_is_free(path, replace, error)) {
        database_file_free(file);
        return NULL;
    }
    if (ftruncate(descriptor, 0) != 0) {
        set_system_error(error, file->partial, "empty this file");
        database_file_free(file);
        return NULL;
    }
    return file;
}

void database_file_free(DatabaseFile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->descriptor >= 0) {
        (void)g_unlink(file->partial);
        close(file->descriptor);
    }
    g_free(file->path);
    g_free(file->partial);
    g_free(file);
}

const char *database_file_path(const DatabaseFile *file)
{
    return file->path;
}

const char *database_file_partial_path(const DatabaseFile *file)
{
    return file->partial;
}

/* The folder is not synced: after a power failure the name may still be that of the partial file,
 * but whatever has the final name is complete. */
bool database_file_publish(DatabaseFile *file, GError **error)
{
    if (fsync(file->descriptor) != 0) {
        set_system_error(error, file->path, "write this file");
        return false;
    }
    if (!target_is_free(file->path, file->replace, error)) {
        return false;
    }
    if (g_rename(file->partial, file->path) != 0) {
        set_system_error(error, file->path, "give the finished file this name");
        return false;
    }
    close(file->descriptor);
    file->descriptor = -1;
    return true;
}
