/* SPDX-License-Identifier: MIT */
/* Modules whose runs do not come to an end under some seeds: one aborts, one never returns from a
 * handler. For tests/check.sh: skein check has to survive both and to tell which seed it was. */
#include "models/host.h"
#include "scenarios/scenario_module.h"

#include <stdlib.h>

typedef struct FatalSettings {
    int64_t odds;
} FatalSettings;

typedef struct FatalState {
    uint32_t draws;
} FatalState;

static const char *const RANDOMS[] = {"fate", NULL};

static bool is_fatal(Host *host)
{
    const FatalSettings *settings = host_settings(host);
    FatalState *self = host_state(host);
    return host_draw_below(host, 0, &self->draws, (uint64_t)settings->odds) == 0;
}

static void crash_start(Host *host)
{
    if (is_fatal(host)) {
        abort();
    }
}

static void hang_start(Host *host)
{
    volatile bool is_over = !is_fatal(host);
    while (!is_over) {
    }
}

static const Setting SETTINGS[] = {
    {.key = "odds",
     .type = SETTING_COUNT,
     .offset = offsetof(FatalSettings, odds),
     .default_text = "100",
     .minimum = "1",
     .help = "One peer in so many is fatal."},
    {0},
};

#define MODULE(kind)                                                                               \
    static const Application kind##_application = {                                                \
        .name = "fatal_" #kind,                                                                    \
        .state_size_bytes = sizeof(FatalState),                                                    \
        .dials_itself = true,                                                                      \
        .start = kind##_start,                                                                     \
        .randoms = RANDOMS,                                                                        \
    };                                                                                             \
    static const SettingsTable kind##_table = {"fatal_" #kind, SETTINGS, sizeof(FatalSettings)};   \
    extern const ScenarioModule SCENARIO_fatal_##kind;                                             \
    const ScenarioModule SCENARIO_fatal_##kind = {                                                 \
        .name = "fatal_" #kind,                                                                    \
        .title = "A run that has no end: " #kind,                                                  \
        .settings = &kind##_table,                                                                 \
        .application = &kind##_application,                                                        \
    };

MODULE(crash)
MODULE(hang)
