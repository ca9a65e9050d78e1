/* SPDX-License-Identifier: MIT */
#include "cli/variant.h"

#include "sim/error.h"

#include <gio/gio.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void variant_clear(Variant *variant)
{
    g_clear_pointer(&variant->name, g_free);
    g_clear_pointer(&variant->program, g_free);
}

/* Fresh memory is filled with a byte of our choice by glibc, or by the sanitizers' allocator. */
static GSubprocessLauncher *new_launcher(const Variant *variant)
{
    GSubprocessLauncher *launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_unsetenv(launcher, "MALLOC_PERTURB_");
    g_subprocess_launcher_unsetenv(launcher, "GLIBC_TUNABLES");
    if (variant->is_moved) {
        const char *options = g_getenv("ASAN_OPTIONS");
        g_autofree char *filled =
            g_strdup_printf("%s%smax_malloc_fill_size=1000000:malloc_fill_byte=85",
                            options == NULL ? "" : options, options == NULL ? "" : ":");
        g_subprocess_launcher_setenv(launcher, "MALLOC_PERTURB_", "170", TRUE);
        g_subprocess_launcher_setenv(launcher, "ASAN_OPTIONS", filled, TRUE);
    }
    return launcher;
}

static bool fail_as_child(const Variant *variant, const GSubprocess *process, const char *complaint,
                          GError **error)
{
    int status = SKEIN_ERROR_ENVIRONMENT;
    if (g_subprocess_get_if_exited((GSubprocess *)(uintptr_t)process)) {
        status = g_subprocess_get_exit_status((GSubprocess *)(uintptr_t)process);
    }
    g_autofree char *text = g_strstrip(g_strdup(complaint == NULL ? "" : complaint));
    g_set_error(error, SKEIN_ERROR,
                status == SKEIN_ERROR_INPUT ? SKEIN_ERROR_INPUT : SKEIN_ERROR_ENVIRONMENT,
                "%s: %s%s%s", variant->name, variant->program,
                text[0] == '\0' ? " ended without an answer" : " said: ", text);
    return false;
}

/* Asks the variant; its answer goes to ret_text. The words end with NULL. */
static bool ask(const Variant *variant, char **ret_text, GError **error,
                ...) G_GNUC_NULL_TERMINATED;

static bool ask(const Variant *variant, char **ret_text, GError **error, ...)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(line, g_strdup(variant->program));
    g_ptr_array_add(line, g_strdup("checkpoints"));
    if (variant->queue != NULL) {
        g_ptr_array_add(line, g_strdup_printf("--queue=%s", variant->queue));
    }
    if (variant->partitions > 0) {
        g_ptr_array_add(line, g_strdup_printf("--partitions=%u", variant->partitions));
    }
    if (variant->threads > 0) {
        g_ptr_array_add(line, g_strdup_printf("--jobs=%u", variant->threads));
    }
    if (variant->is_moved) {
        g_ptr_array_add(line, g_strdup("--shift"));
    }
    for (const char *const *word = variant->arguments; *word != NULL; word++) {
        g_ptr_array_add(line, g_strdup(*word));
    }
    va_list words;
    va_start(words, error);
    for (const char *word; (word = va_arg(words, const char *)) != NULL;) {
        g_ptr_array_add(line, g_strdup(word));
    }
    va_end(words);
    g_ptr_array_add(line, NULL);
    g_autoptr(GSubprocessLauncher) launcher = new_launcher(variant);
    GError *problem = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawnv(launcher, (const gchar *const *)(void *)line->pdata, &problem);
    g_autofree char *text = NULL, *complaint = NULL;
    if (process == NULL ||
        !g_subprocess_communicate_utf8(process, NULL, NULL, &text, &complaint, &problem)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: %s", variant->name,
                    problem->message);
        g_error_free(problem);
        return false;
    }
    if (!g_subprocess_get_successful(process)) {
        return fail_as_child(variant, process, complaint, error);
    }
    *ret_text = g_steal_pointer(&text);
    return true;
}

static bool fail_unread(const Variant *variant, const char *expected, GError **error)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT,
                "%s: %s did not tell %s; is it this program in another version?", variant->name,
                variant->program, expected);
    return false;
}

/* The lines that begin with the word, without it. */
static GPtrArray *lines_of(const char *text, const char *word)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    const size_t length = strlen(word);
    for (char **line = all; *line != NULL; line++) {
        if (strncmp(*line, word, length) == 0 && (*line)[length] == ' ') {
            g_ptr_array_add(lines, g_strdup(*line + length + 1));
        }
    }
    return lines;
}

static bool read_checkpoint(const char *line, Checkpoint *checkpoint)
{
    checkpoint->states = 0;
    return sscanf(line, "%" SCNd64 " %" SCNx64 " %" SCNu64 " %" SCNx64, &checkpoint->time,
                  &checkpoint->fingerprint, &checkpoint->events, &checkpoint->states) >= 3;
}

static bool read_event(const char *line, LoggedEvent *event)
{
    int at = 0;
    if (sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNu64 " %" SCNu64 " %" SCNx64 " %n", &event->time,
               &event->origin, &event->sequence, &event->target, &event->digest, &at) != 5) {
        return false;
    }
    g_strlcpy(event->kind, line + at, sizeof event->kind);
    return true;
}

bool variant_end(const Variant *variant, Checkpoint *ret_end, guint64 *ret_peers, GError **error)
{
    g_autofree char *text = NULL;
    if (!ask(variant, &text, error, NULL)) {
        return false;
    }
    g_autoptr(GPtrArray) ends = lines_of(text, "end");
    g_autoptr(GPtrArray) peers = lines_of(text, "peers");
    if (ends->len != 1 || peers->len != 1 ||
        !read_checkpoint(g_ptr_array_index(ends, 0), ret_end)) {
        return fail_unread(variant, "the end of the run", error);
    }
    if (ret_peers != NULL) {
        *ret_peers = g_ascii_strtoull(g_ptr_array_index(peers, 0), NULL, 10);
    }
    return true;
}

GArray *variant_states(const Variant *variant, GError **error)
{
    g_autofree char *text = NULL;
    if (!ask(variant, &text, error, "--states", NULL)) {
        return NULL;
    }
    g_autoptr(GPtrArray) lines = lines_of(text, "state");
    GArray *states = g_array_new(FALSE, TRUE, sizeof(guint64));
    for (guint i = 0; i < lines->len; i++) {
        const char *hash = strchr(g_ptr_array_index(lines, i), ' ');
        const guint64 state = hash == NULL ? 0 : g_ascii_strtoull(hash, NULL, 16);
        g_array_append_val(states, state);
    }
    return states;
}

GArray *variant_checkpoints(const Variant *variant, SimTime from, SimDuration step, unsigned count,
                            GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *from_text = g_strdup_printf("--from=%" PRId64, from);
    g_autofree char *step_text = g_strdup_printf("--step=%" PRId64, step);
    g_autofree char *count_text = g_strdup_printf("--count=%u", count);
    if (!ask(variant, &text, error, from_text, step_text, count_text, NULL)) {
        return NULL;
    }
    g_autoptr(GPtrArray) lines = lines_of(text, "checkpoint");
    g_autoptr(GArray) checkpoints = g_array_new(FALSE, TRUE, sizeof(Checkpoint));
    for (guint i = 0; i < lines->len; i++) {
        Checkpoint checkpoint;
        if (read_checkpoint(g_ptr_array_index(lines, i), &checkpoint)) {
            g_array_append_val(checkpoints, checkpoint);
        }
    }
    if (checkpoints->len != count) {
        fail_unread(variant, "its checkpoints", error);
        return NULL;
    }
    return g_steal_pointer(&checkpoints);
}

int logged_event_compare(const LoggedEvent *a, const LoggedEvent *b)
{
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    if (a->origin != b->origin) {
        return a->origin < b->origin ? -1 : 1;
    }
    return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static gint compare_events(gconstpointer a, gconstpointer b)
{
    return logged_event_compare(a, b);
}

GArray *variant_events(const Variant *variant, SimTime from, SimTime to, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *from_text = g_strdup_printf("--events-from=%" PRId64, from);
    g_autofree char *to_text = g_strdup_printf("--events-to=%" PRId64, to);
    if (!ask(variant, &text, error, from_text, to_text, NULL)) {
        return NULL;
    }
    g_autoptr(GPtrArray) lines = lines_of(text, "event");
    g_autoptr(GArray) events = g_array_new(FALSE, TRUE, sizeof(LoggedEvent));
    for (guint i = 0; i < lines->len; i++) {
        LoggedEvent event;
        if (!read_event(g_ptr_array_index(lines, i), &event)) {
            fail_unread(variant, "its events", error);
            return NULL;
        }
        g_array_append_val(events, event);
    }
    g_array_sort(events, compare_events);
    return g_steal_pointer(&events);
}

bool variant_cause(const Variant *variant, const LoggedEvent *event, LoggedEvent *ret_cause,
                   bool *ret_is_known, GError **error)
{
    if (event->origin < 0) {
        *ret_is_known = false;
        return true;
    }
    g_autofree char *text = NULL;
    g_autofree char *origin = g_strdup_printf("--cause-origin=%" PRId64, event->origin);
    g_autofree char *sequence = g_strdup_printf("--cause-sequence=%" PRIu64, event->sequence);
    if (!ask(variant, &text, error, origin, sequence, NULL)) {
        return false;
    }
    g_autoptr(GPtrArray) lines = lines_of(text, "cause");
    *ret_is_known = lines->len == 1 && read_event(g_ptr_array_index(lines, 0), ret_cause);
    return true;
}
