/* SPDX-License-Identifier: MIT */
/* A module whose runs crash, hang or eat memory on demand, for tests of sweeps. As long as the file
 * `spared` is there, they behave. */
#include "scenarios/scenario_module.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEAL_BYTES ((size_t)1 << 30)

typedef struct UnrulySettings {
    int mode;
    char *spared;
} UnrulySettings;

enum { CALM, CRASH, ASSERTION, HANG, EAT };

static const char *const MODES[] = {"calm", "crash", "assertion", "hang", "eat", NULL};

static void hang(void)
{
    for (;;) {
        pause();
    }
}

static void misbehave(int mode)
{
    const struct rlimit no_core = {0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (mode == CRASH) {
        kill(getpid(), SIGSEGV);
    }
    g_assert(mode != ASSERTION);
    if (mode == EAT) {
        volatile char *meal = g_malloc(MEAL_BYTES);
        for (size_t i = 0; i < MEAL_BYTES; i += 1024) {
            meal[i] = 1;
        }
        hang();
    }
    if (mode == HANG) {
        hang();
    }
}

static void start(Host *host)
{
    const UnrulySettings *settings = host_settings(host);
    if (settings->spared[0] == '\0' || access(settings->spared, F_OK) != 0) {
        misbehave(settings->mode);
    }
}

static const Setting SETTINGS[] = {
    {.key = "mode",
     .type = SETTING_CHOICE,
     .offset = offsetof(UnrulySettings, mode),
     .default_text = "calm",
     .choices = MODES,
     .help = "What each run does."},
    {.key = "spared",
     .type = SETTING_TEXT,
     .offset = offsetof(UnrulySettings, spared),
     .default_text = "",
     .help = "A file in whose presence the run is calm."},
    {0},
};

static const SettingsTable TABLE = {"unruly", SETTINGS, sizeof(UnrulySettings)};

static const Application APPLICATION = {.name = "unruly", .dials_itself = true, .start = start};

extern const ScenarioModule SCENARIO_unruly;
const ScenarioModule SCENARIO_unruly = {
    .name = "unruly",
    .title = "Runs that crash, hang or eat memory",
    .settings = &TABLE,
    .application = &APPLICATION,
};
