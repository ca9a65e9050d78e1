/* SPDX-License-Identifier: MIT */
/* Ctrl-C and TERM during a run: the first ends the run at the current event, so that it is saved;
 * the second ends the process at once and leaves nothing. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

/* Installs the handlers. The flag is non-zero from the first signal on. */
const volatile sig_atomic_t *interrupt_arm(void);

/* The file that a second signal removes; NULL: none. */
void interrupt_guard(const char *path);

#endif
