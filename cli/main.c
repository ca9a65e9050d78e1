/* SPDX-License-Identifier: MIT */
/* The program: finds the command and hands the rest of the line to it. */
#include "config.h"

#include "cli/command.h"
#include "sim/nearest.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct Command {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} Command;

static const Command COMMANDS[] = {
#define X(name, help) {#name, help, command_##name},
#include "cli/command_list.h"
#undef X
};

static void print_help(FILE *out)
{
    fputs("Usage:\n  skein COMMAND [OPTION...] [ARGUMENT...]\n\n"
          "Deterministic simulation of peer-to-peer networks.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        if (COMMANDS[i].help != NULL) {
            fprintf(out, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].help);
        }
    }
    fputs(
        "\nskein COMMAND --help explains a command. Exit status: 0 fine, 1 the run or a property\n"
        "failed, 2 bad input, 3 the environment failed.\n",
        out);
}

static int refuse(const char *word)
{
    const char *names[G_N_ELEMENTS(COMMANDS) + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        if (COMMANDS[i].help != NULL) {
            names[count++] = COMMANDS[i].name;
        }
    }
    const char *nearest = nearest_name(word, names);
    if (nearest != NULL) {
        command_warn("unknown command '%s'; did you mean '%s'?", word, nearest);
    } else {
        command_warn("unknown command '%s'; skein --help lists the commands", word);
    }
    return 2;
}

int main(int argc, char **argv)
{
    /* Messages in the user's characters, numbers always with a point. */
    setlocale(LC_CTYPE, "");
    /* A file that may not grow is an error of writing, which cleans up, and not the end. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    const char *word = argv[1];
    if (g_str_equal(word, "--help") || g_str_equal(word, "-h") || g_str_equal(word, "help")) {
        print_help(stdout);
        return 0;
    }
    if (g_str_equal(word, "--version")) {
        puts(PACKAGE_STRING);
        return 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        if (g_str_equal(word, COMMANDS[i].name)) {
            GError *error = NULL;
            int status = COMMANDS[i].run(argc - 1, argv + 1);
            if (!command_flush(&error)) {
                int flush_status = command_fail(error);
                return status != 0 ? status : flush_status;
            }
            return status;
        }
    }
    return refuse(word);
}
