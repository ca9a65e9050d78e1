/* SPDX-License-Identifier: MIT */
#include "cli/sweep_progress.h"

#include "sim/error.h"
#include "sim/json_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 24
#define INTERVAL_US 200000
#define PLAIN_INTERVAL_US 5000000

bool sweep_display_init(SweepDisplay *display, const char *name,
                        const volatile sig_atomic_t *interrupt, GError **error)
{
    static const char *const NAMES[] = {
        [SWEEP_PROGRESS_BAR] = "auto",
        [SWEEP_PROGRESS_PLAIN] = "plain",
        [SWEEP_PROGRESS_JSON] = "json",
        [SWEEP_PROGRESS_NONE] = "none",
    };
    *display = (SweepDisplay){.interrupt = interrupt, .started_us = g_get_monotonic_time()};
    display->shown_us = display->started_us;
    if (name == NULL || strcmp(name, "auto") == 0) {
        display->style = isatty(STDERR_FILENO) == 1 ? SWEEP_PROGRESS_BAR : SWEEP_PROGRESS_PLAIN;
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        if (strcmp(NAMES[i], name) == 0) {
            display->style = (SweepProgressStyle)i;
            return true;
        }
    }
    return skein_refuse(error, "--progress: found '%s', expected auto, plain, json or none", name);
}

static void take_off(SweepDisplay *display)
{
    if (display->is_shown) {
        fputs("\r\033[K", stderr);
        display->is_shown = false;
    }
}

/* Runs that ended in this call, by the second. */
static double rate_of(const SweepDisplay *display, const SweepProgress *progress, int64_t now_us)
{
    const uint64_t ended = progress->done - progress->kept + progress->failed;
    return (double)ended / MAX((double)(now_us - display->started_us) / 1e6, 1e-6);
}

static uint64_t missing(const SweepProgress *progress)
{
    const uint64_t ended = progress->done + progress->failed;
    return progress->total > ended ? progress->total - ended : 0;
}

/* `3 s`, `2 min`, `1 h 20 min`. */
static char *time_text(double seconds)
{
    const uint64_t minutes = (uint64_t)(seconds / 60);
    return seconds < 100 ? g_strdup_printf("%.0f s", seconds)
           : minutes < 100
               ? g_strdup_printf("%" PRIu64 " min", minutes)
               : g_strdup_printf("%" PRIu64 " h %" PRIu64 " min", minutes / 60, minutes % 60);
}

static char *state_text(const SweepDisplay *display, const SweepProgress *progress, int64_t now_us)
{
    const double rate = rate_of(display, progress, now_us);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%" PRIu64 " of %" PRIu64 " runs done", progress->done,
                           progress->total);
    if (progress->failed > 0) {
        g_string_append_printf(text, ", %" PRIu64 " failed", progress->failed);
    }
    g_string_append_printf(text, ", %" PRIu64 " running, %.3g runs/s", progress->running, rate);
    if (rate > 0 && missing(progress) > 0) {
        g_autofree char *arrival = time_text((double)missing(progress) / rate);
        g_string_append_printf(text, ", ETA %s", arrival);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void show_bar(SweepDisplay *display, const SweepProgress *progress, const char *text)
{
    const uint64_t total = MAX(progress->total, 1);
    const int filled = (int)(BAR_WIDTH * MIN(progress->done + progress->failed, total) / total);
    fprintf(stderr, "\r[%.*s%.*s] %s\033[K", filled, "########################", BAR_WIDTH - filled,
            "........................", text);
    display->is_shown = true;
}

static void show_json(const SweepDisplay *display, const SweepProgress *progress, int64_t now_us)
{
    const double rate = rate_of(display, progress, now_us);
    fprintf(stderr,
            "{\"event\":\"progress\",\"total\":%" PRIu64 ",\"done\":%" PRIu64 ",\"failed\":%" PRIu64
            ",\"running\":%" PRIu64 ",\"runs_per_second\":%.6g,\"seconds_left\":",
            progress->total, progress->done, progress->failed, progress->running, rate);
    if (rate > 0) {
        fprintf(stderr, "%.6g}\n", (double)missing(progress) / rate);
    } else {
        fputs("null}\n", stderr);
    }
}

static void tell_interrupt(SweepDisplay *display, const SweepProgress *progress)
{
    if (display->interrupt == NULL || *display->interrupt == 0 || display->is_interrupt_told ||
        display->style == SWEEP_PROGRESS_NONE || display->style == SWEEP_PROGRESS_JSON) {
        return;
    }
    take_off(display);
    fprintf(stderr,
            "skein: interrupted: finishing the %" PRIu64 " runs that are under way; once more to "
            "give them up\n",
            progress->running);
    display->is_interrupt_told = true;
}

static void show(SweepDisplay *display, const SweepProgress *progress, int64_t now_us)
{
    g_autofree char *text = state_text(display, progress, now_us);
    switch (display->style) {
    case SWEEP_PROGRESS_BAR:
        show_bar(display, progress, text);
        break;
    case SWEEP_PROGRESS_PLAIN:
        fprintf(stderr, "%s\n", text);
        break;
    case SWEEP_PROGRESS_JSON:
        show_json(display, progress, now_us);
        break;
    case SWEEP_PROGRESS_NONE:
        break;
    }
    display->shown_us = now_us;
    display->shown = *progress;
}

void sweep_display_progress(void *data, const SweepProgress *progress)
{
    SweepDisplay *display = data;
    const int64_t now_us = g_get_monotonic_time();
    const bool is_plain = display->style == SWEEP_PROGRESS_PLAIN;
    tell_interrupt(display, progress);
    if (now_us - display->shown_us >= (is_plain ? PLAIN_INTERVAL_US : INTERVAL_US)) {
        show(display, progress, now_us);
    }
}

void sweep_display_failed(void *data, const SweepCell *cell, unsigned repetition,
                          const char *reason)
{
    SweepDisplay *display = data;
    const char *name = cell->experiment->name;
    if (display->style == SWEEP_PROGRESS_JSON) {
        g_autoptr(GString) line = g_string_new("{");
        json_text_append_member(line, "event", "failed");
        json_text_append_member(line, "experiment", name);
        json_text_append_member(line, "cell", cell->text);
        json_text_append_value(line, "repetition", "%u", repetition);
        json_text_append_member(line, "reason", reason);
        fprintf(stderr, "%s}\n", line->str);
        return;
    }
    take_off(display);
    fprintf(stderr, "skein: %s%s%s repetition %u failed: %s\n", name, *name == '\0' ? "" : ": ",
            cell->text, repetition, reason);
}

void sweep_display_remark(void *data, const char *text)
{
    SweepDisplay *display = data;
    if (display->style == SWEEP_PROGRESS_JSON) {
        g_autoptr(GString) line = g_string_new("{");
        json_text_append_member(line, "event", "remark");
        json_text_append_member(line, "text", text);
        fprintf(stderr, "%s}\n", line->str);
        return;
    }
    take_off(display);
    fprintf(stderr, "skein: %s\n", text);
}

void sweep_display_end(SweepDisplay *display, const SweepProgress *progress)
{
    take_off(display);
    if (display->style == SWEEP_PROGRESS_JSON) {
        show(display, progress, g_get_monotonic_time());
    }
}
