/* SPDX-License-Identifier: MIT */
/* Signal handlers reach only static memory, which is why this is the one place of the program that
 * has some. */
#include "config.h"

#include "cli/interrupt.h"

#include "sim/error.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t is_guarding;
static char guarded_path[PATH_MAX];

static void stop(int signal_number)
{
    (void)signal_number;
    if (interrupted == 0) {
        interrupted = 1;
        return;
    }
    if (is_guarding != 0) {
        unlink(guarded_path);
    }
    _exit(SKEIN_ERROR_ENVIRONMENT);
}

const volatile sig_atomic_t *interrupt_arm(void)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}

void interrupt_guard(const char *path)
{
    is_guarding = 0;
    if (path != NULL && strlen(path) < sizeof guarded_path) {
        memcpy(guarded_path, path, strlen(path) + 1);
        is_guarding = 1;
    }
}
