/* SPDX-License-Identifier: MIT */
/* skein new: the skeleton of a scenario module. */
#include "config.h"

#include "cli/command.h"
#include "cli/new_template.h"
#include "sim/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const CommandUsage USAGE = {
    .arguments = "NAME [FOLDER]",
    .summary = "Writes the skeleton of a scenario module, NAME.c, and a scenario file for it, "
               "NAME.yaml, into the folder\n(default: scenarios), and says how to add it to the "
               "program. Existing files are not touched.",
    .examples = "  skein new gossip\n"
                "  skein new gossip .",
    .argument_count_min = 1,
    .argument_count_max = 2,
};

static bool check_name(const char *name, GError **error)
{
    if (!g_ascii_islower(name[0]) ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected a name of small letters, digits and _ that begins with a "
                    "letter",
                    name);
        return false;
    }
    return true;
}

/* `my_gossip` as MyGossip. */
static char *type_name(const char *name)
{
    g_autoptr(GString) type = g_string_new(NULL);
    bool is_first = true;
    for (; *name != '\0'; name++) {
        if (*name == '_') {
            is_first = true;
        } else {
            g_string_append_c(type, is_first ? g_ascii_toupper(*name) : *name);
            is_first = false;
        }
    }
    return g_strdup(type->str);
}

/* `my_gossip` as `My gossip`. */
static char *title_of(const char *name)
{
    char *title = g_strdelimit(g_strdup(name), "_", ' ');
    title[0] = g_ascii_toupper(title[0]);
    return title;
}

static char *fill_in(const char *template, const char *name)
{
    g_autofree char *type = type_name(name);
    g_autofree char *title = title_of(name);
    g_autoptr(GString) text = g_string_new(template);
    g_string_replace(text, "@name@", name, 0);
    g_string_replace(text, "@Name@", type, 0);
    g_string_replace(text, "@title@", title, 0);
    return g_strdup(text->str);
}

/* Creates the file; one that exists is an error. */
static bool write_new(const char *path, const char *template, const char *name, GError **error)
{
    g_autofree char *text = fill_in(template, name);
    const size_t size_bytes = strlen(text);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) {
        g_set_error(error, SKEIN_ERROR,
                    errno == EEXIST || errno == ENOENT || errno == ENOTDIR
                        ? SKEIN_ERROR_INPUT
                        : SKEIN_ERROR_ENVIRONMENT,
                    "%s: %s", path, g_strerror(errno));
        return false;
    }
    const bool is_written = write(file, text, size_bytes) == (ssize_t)size_bytes;
    if (close(file) != 0 || !is_written) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: %s", path, g_strerror(errno));
        unlink(path);
        return false;
    }
    return true;
}

static bool write_both(const char *name, const char *folder, GError **error)
{
    g_autofree char *source = g_strdup_printf("%s/%s.c", folder, name);
    g_autofree char *scenario = g_strdup_printf("%s/%s.yaml", folder, name);
    if (g_file_test(scenario, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s: %s", scenario, g_strerror(EEXIST));
        return false;
    }
    if (!write_new(source, NEW_TEMPLATE_C, name, error)) {
        return false;
    }
    if (!write_new(scenario, NEW_TEMPLATE_YAML, name, error)) {
        unlink(source);
        return false;
    }
    printf("wrote %s and %s\n"
           "To add the module to the program:\n"
           "  scenarios/scenario_list.h  X(%s)\n"
           "  Makefile.am                scenarios/%s.c \\   (in libscenarios_a_SOURCES)\n"
           "Then: make && ./skein run %s\n",
           source, scenario, name, name, scenario);
    return true;
}

int command_new(int argc, char **argv)
{
    GError *error = NULL;
    if (!command_parse(&USAGE, NULL, &argc, &argv, &error) || !check_name(argv[1], &error) ||
        !write_both(argv[1], argc > 2 ? argv[2] : "scenarios", &error)) {
        return command_fail(error);
    }
    return 0;
}
