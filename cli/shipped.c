/* SPDX-License-Identifier: MIT */
#include "cli/shipped.h"

#include <string.h>

static gint compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *scenarios_in(const char *folder)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    const char *name;
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        if (g_str_has_suffix(name, ".yaml")) {
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
        }
    }
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}

char **shipped_scenarios(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program == NULL ? NULL : g_path_get_dirname(program);
    g_autofree char *above = folder == NULL ? NULL : g_path_get_dirname(folder);
    g_autofree char *beside = above == NULL ? NULL : g_build_filename(above, "scenarios", NULL);
    const char *const folders[] = {SKEIN_DATA_DIR "/scenarios", beside, NULL};
    for (unsigned i = 0; folders[i] != NULL; i++) {
        g_autoptr(GPtrArray) paths = scenarios_in(folders[i]);
        if (paths->len > 0) {
            g_ptr_array_add(paths, NULL);
            return (char **)(void *)g_ptr_array_steal(paths, NULL);
        }
    }
    return g_new0(char *, 1);
}
