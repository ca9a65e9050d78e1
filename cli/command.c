/* SPDX-License-Identifier: MIT */
/* What all commands share: their options, their errors, their output. */
#include "cli/command.h"

#include "analysis/error.h"
#include "sim/error.h"

#include <errno.h>
#include <stdio.h>

static bool check_argument_count(const CommandUsage *usage, int argc, char **argv, GError **error)
{
    const int count = argc - 1;
    if (count < usage->argument_count_min) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s expects %s, found %s; see skein %s --help", argv[0], usage->arguments,
                    count == 0 ? "nothing" : "too few arguments", argv[0]);
        return false;
    }
    if (usage->argument_count_max >= 0 && count > usage->argument_count_max) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: unexpected argument '%s'; see skein %s --help", argv[0],
                    argv[usage->argument_count_max + 1], argv[0]);
        return false;
    }
    return true;
}

/* GOption leaves a `--` that ends the options in the line. */
static void drop_separator(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (g_str_equal(argv[i], "--")) {
            for (int j = i; j < *argc; j++) {
                argv[j] = argv[j + 1];
            }
            *argc -= 1;
            return;
        }
    }
}

bool command_parse(const CommandUsage *usage, const GOptionEntry *entries, int *argc, char ***argv,
                   GError **error)
{
    g_autofree char *program = g_strdup_printf("skein %s", (*argv)[0]);
    g_autofree char *description =
        usage->examples == NULL ? NULL : g_strdup_printf("Examples:\n%s", usage->examples);
    g_autoptr(GOptionContext) context = g_option_context_new(usage->arguments);
    g_set_prgname(program);
    g_option_context_set_summary(context, usage->summary);
    g_option_context_set_description(context, description);
    if (entries != NULL) {
        g_option_context_add_main_entries(context, entries, NULL);
    }
    GError *problem = NULL;
    if (!g_option_context_parse(context, argc, argv, &problem)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s: %s; see skein %s --help",
                    (*argv)[0], problem->message, (*argv)[0]);
        g_error_free(problem);
        return false;
    }
    drop_separator(argc, *argv);
    return check_argument_count(usage, *argc, *argv, error);
}

int command_fail(GError *error)
{
    int status = SKEIN_ERROR_ENVIRONMENT;
    if (error->domain == SKEIN_ERROR || error->domain == ANALYSIS_ERROR) {
        status = error->code;
    } else if (error->domain == G_OPTION_ERROR) {
        status = SKEIN_ERROR_INPUT;
    }
    command_warn("%s", error->message);
    g_error_free(error);
    return status;
}

void command_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
    fprintf(stderr, "skein: %s\n", message);
}

bool command_flush(GError **error)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "standard output: %s",
                    g_strerror(errno));
        return false;
    }
    return true;
}
