/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#define TERMINAL_INTERVAL_US 200000
#define PLAIN_INTERVAL_US 5000000

void progress_init(Progress *progress, SimTime stop)
{
    const int64_t now_us = g_get_monotonic_time();
    *progress = (Progress){.stop = stop,
                           .is_terminal = isatty(STDERR_FILENO) == 1,
                           .started_us = now_us,
                           .shown_us = now_us};
}

static void append_arrival(GString *text, const Progress *progress, SimTime now, int64_t now_us)
{
    if (progress->stop == SIM_TIME_MAX || now <= 0) {
        return;
    }
    const double share = MIN((double)now / (double)progress->stop, 1);
    const double left = (double)(now_us - progress->started_us) / 1e6 * (1 - share) / share;
    g_string_append_printf(text, " (%.0f %%), ETA %.0f s", share * 100, left);
}

void progress_update(void *data, SimTime now, uint64_t events)
{
    Progress *progress = data;
    const int64_t now_us = g_get_monotonic_time();
    const int64_t passed_us = now_us - progress->shown_us;
    if (passed_us < (progress->is_terminal ? TERMINAL_INTERVAL_US : PLAIN_INTERVAL_US)) {
        return;
    }
    const double rate = (double)(events - progress->shown_events) / ((double)passed_us / 1e6);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "at %.3f s: %.3g M events, %.3g M events/s", (double)now / 1e9,
                           (double)events / 1e6, rate / 1e6);
    append_arrival(text, progress, now, now_us);
    fprintf(stderr, progress->is_terminal ? "\r%s\033[K" : "%s\n", text->str);
    progress->shown_us = now_us;
    progress->shown_events = events;
    progress->is_shown = progress->is_terminal;
}

void progress_clear(Progress *progress)
{
    if (progress->is_shown) {
        fputs("\r\033[K", stderr);
        progress->is_shown = false;
    }
}
