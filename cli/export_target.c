/* SPDX-License-Identifier: MIT */
/* The partial file of an export, or its partial folder. */
#include "cli/export_target.h"

#include "sim/database_file.h"
#include "sim/error.h"

#include <errno.h>
#include <glib/gstdio.h>

struct ExportTarget {
    DatabaseFile *partial_file; /* NULL: a folder, or standard output */
    FILE *file;
    char *path, *partial; /* of a folder */
    bool replace;
};

static void set_system_error(GError **error, const char *path, const char *verb)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: cannot %s: %s", path, verb,
                g_strerror(errno));
}

/* Removes a folder of files; one with folders in it is none that an export made. */
static bool remove_folder(const char *path, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, error);
    if (folder == NULL) {
        return false;
    }
    for (const char *name = g_dir_read_name(folder); name != NULL; name = g_dir_read_name(folder)) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        if (g_unlink(file) != 0) {
            set_system_error(error, file, "remove this");
            return false;
        }
    }
    if (g_rmdir(path) != 0) {
        set_system_error(error, path, "remove this folder");
        return false;
    }
    return true;
}

/* True where every name in the folder ends in .csv: then it is safe to replace. */
static bool is_export(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    bool result = folder != NULL;
    for (const char *name = result ? g_dir_read_name(folder) : NULL; name != NULL && result;
         name = g_dir_read_name(folder)) {
        result = g_str_has_suffix(name, ".csv");
    }
    return result;
}

static bool folder_is_free(const char *path, bool replace, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK)) {
        return true;
    }
    if (!replace) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: already exists; use --force to replace it", path);
        return false;
    }
    if (g_file_test(path, G_FILE_TEST_IS_SYMLINK) || !is_export(path)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: not replaced, since it is no folder with nothing but .csv files", path);
        return false;
    }
    return true;
}

static bool make_folder(ExportTarget *target, const char *path, GError **error)
{
    if (path == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "no output: expected -o FOLDER, since this format is several files");
        return false;
    }
    target->path = g_strdup(path);
    while (g_str_has_suffix(target->path, "/") && target->path[1] != '\0') {
        target->path[strlen(target->path) - 1] = '\0';
    }
    target->partial = g_strconcat(target->path, ".partial", NULL);
    if (!folder_is_free(target->path, target->replace, error)) {
        return false;
    }
    /* What an export left behind that was killed. */
    if (g_file_test(target->partial, G_FILE_TEST_IS_DIR) && is_export(target->partial) &&
        !remove_folder(target->partial, error)) {
        return false;
    }
    if (g_mkdir(target->partial, 0777) != 0) {
        set_system_error(error, target->partial, "create this folder");
        g_clear_pointer(&target->partial, g_free);
        return false;
    }
    return true;
}

static bool open_file(ExportTarget *target, const char *path, GError **error)
{
    if (path == NULL) {
        target->file = stdout;
        return true;
    }
    target->partial_file = database_file_new(path, target->replace, error);
    if (target->partial_file == NULL) {
        return false;
    }
    target->file = g_fopen(database_file_partial_path(target->partial_file), "we");
    if (target->file == NULL) {
        set_system_error(error, path, "write this file");
        return false;
    }
    return true;
}

ExportTarget *export_target_new(const char *path, bool is_folder, bool replace, GError **error)
{
    g_autoptr(ExportTarget) target = g_new0(ExportTarget, 1);
    target->replace = replace;
    if (!(is_folder ? make_folder(target, path, error) : open_file(target, path, error))) {
        return NULL;
    }
    return g_steal_pointer(&target);
}

void export_target_free(ExportTarget *target)
{
    if (target == NULL) {
        return;
    }
    if (target->partial_file != NULL && target->file != NULL) {
        fclose(target->file);
    }
    if (target->partial != NULL) {
        remove_folder(target->partial, NULL);
    }
    database_file_free(target->partial_file);
    g_free(target->path);
    g_free(target->partial);
    g_free(target);
}

FILE *export_target_file(const ExportTarget *target)
{
    return target->file;
}

const char *export_target_path(const ExportTarget *target)
{
    return target->partial != NULL        ? target->partial
           : target->partial_file != NULL ? database_file_path(target->partial_file)
                                          : "standard output";
}

static bool publish_folder(ExportTarget *target, GError **error)
{
    if (!folder_is_free(target->path, target->replace, error) ||
        (g_file_test(target->path, G_FILE_TEST_IS_DIR) && !remove_folder(target->path, error))) {
        return false;
    }
    if (g_rename(target->partial, target->path) != 0) {
        set_system_error(error, target->path, "give the finished folder this name");
        return false;
    }
    g_clear_pointer(&target->partial, g_free);
    return true;
}

bool export_target_publish(ExportTarget *target, GError **error)
{
    if (target->partial != NULL) {
        return publish_folder(target, error);
    }
    if (target->partial_file == NULL) {
        return true;
    }
    FILE *file = g_steal_pointer(&target->file);
    if (fclose(file) != 0) {
        set_system_error(error, database_file_path(target->partial_file), "write this file");
        return false;
    }
    return database_file_publish(target->partial_file, error);
}
