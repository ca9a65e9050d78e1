/* SPDX-License-Identifier: MIT */
/* A command of the program: `skein NAME ...` calls command_NAME() with argv[0] = "NAME" and returns
 * its exit status: 0 fine, 1 the run or a property failed, 2 bad input, 3 the environment failed.
 *
 * A command is one file with its options on top. It parses them with command_parse(), which also
 * answers --help, writes its data to stdout, everything else to stderr, and ends a failure with
 * `return command_fail(error);`. To add one: write cli/NAME.c, add a line to cli/command_list.h and
 * the file to Makefile.am. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#define X(name, help) int command_##name(int argc, char **argv);
#include "cli/command_list.h"
#undef X

/* How a command introduces itself in --help. */
typedef struct CommandUsage {
    const char *arguments; /* what follows the name: "DB [KIND]" */
    const char *summary;   /* a sentence or two above the options */
    const char *examples;  /* lines below the options, each indented by two spaces */
    int argument_count_min, argument_count_max; /* of what is left after the options; max -1: any */
} CommandUsage;

/* Takes the options out of the line, so that argv[1] ... argv[*argc - 1] are the arguments that
 * remain. --help prints and exits. Fails with exit status 2 on an unknown option and on too few or
 * too many arguments. `entries` may be NULL. */
bool command_parse(const CommandUsage *usage, const GOptionEntry *entries, int *argc, char ***argv,
                   GError **error);

/* Prints `skein: MESSAGE` to stderr and gives the exit status: the error's code where it is one of
 * 1, 2, 3 in the error domain of sim/ or analysis/, 2 for a wrong option, else 3. Takes ownership
 * of the error. */
int command_fail(GError *error);

/* Prints one line `skein: MESSAGE` to stderr. */
void command_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Flushes stdout: false when what was printed did not arrive, say on a full disk. main() calls it
 * after each command. */
bool command_flush(GError **error);

#endif
