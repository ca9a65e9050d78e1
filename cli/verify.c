/* SPDX-License-Identifier: MIT */
/* skein verify: the same run, executed in every other way there is. */
#include "cli/command.h"
#include "cli/divergence.h"
#include "scenarios/run.h"
#include "sim/error.h"
#include "sim/json_text.h"
#include "sim/value_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const CommandUsage USAGE = {
    .arguments = "FILE",
    .summary =
        "Executes a scenario in other ways, which must not change anything: in a process with "
        "another address\nlayout and other bytes in fresh memory, with another event queue, cut "
        "into 2 and 3 partitions, in 2 threads, and by\nanother build of the program. Where a run "
        "differs, the "
        "first event that differs is named. Exit status: 0 all\nthe same, 1 different.",
    .examples = "  skein verify ping.yaml\n"
                "  skein verify ping.yaml --against ../build-clang/skein",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char **sets;
    char *seed, *against;
    gboolean as_json;
} Options;

typedef struct Verification {
    GArray *variants; /* of Variant; the first is the reference */
    GPtrArray *arguments;
    Checkpoint end; /* of the reference */
    guint64 peers;
    bool is_different;
    GString *json; /* NULL: print text */
} Verification;

static void clear_variant(gpointer data)
{
    variant_clear(data);
}

static Variant *add_variant(Verification *verification, const char *name, const char *program)
{
    const Variant variant = {.name = g_strdup(name),
                             .program = g_strdup(program),
                             .arguments =
                                 (const char *const *)(void *)verification->arguments->pdata};
    g_array_append_val(verification->variants, variant);
    return &g_array_index(verification->variants, Variant, verification->variants->len - 1);
}

static void add_arguments(GPtrArray *arguments, const char *path, const Options *options)
{
    for (char **set = options->sets; set != NULL && *set != NULL; set++) {
        g_ptr_array_add(arguments, g_strdup_printf("--set=%s", *set));
    }
    if (options->seed != NULL) {
        g_ptr_array_add(arguments, g_strdup_printf("--seed=%s", options->seed));
    }
    g_ptr_array_add(arguments, g_strdup(path));
    g_ptr_array_add(arguments, NULL);
}

/* Memory comes first: a run that depends on it differs in all other variants as well. */
static bool add_variants(Verification *verification, const Options *options, bool has_coordinator,
                         GError **error)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    if (program == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT,
                    "the program's own path is not known: /proc is not there");
        return false;
    }
    add_variant(verification, "reference", program);
    add_variant(verification, "other memory", program)->is_moved = true;
    const char *const *queues = event_queue_names();
    for (unsigned i = 1; queues[i] != NULL; i++) {
        g_autofree char *name = g_strdup_printf("queue %s", queues[i]);
        add_variant(verification, name, program)->queue = queues[i];
    }
    for (unsigned count = 2; count <= 3 && !has_coordinator; count++) {
        g_autofree char *name = g_strdup_printf("%u partitions", count);
        add_variant(verification, name, program)->partitions = count;
    }
    if (has_coordinator) {
        command_warn("the module has a coordinator, so there is no lookahead: partitions are left "
                     "out");
    } else {
        add_variant(verification, "2 threads", program)->threads = 2;
    }
    if (options->against != NULL) {
        add_variant(verification, options->against, options->against);
    }
    return true;
}

/* difference: lines of text, or NULL. */
static void tell(const Verification *verification, const Variant *variant, const Checkpoint *end,
                 bool is_equal, const char *difference)
{
    GString *json = verification->json;
    if (json != NULL) {
        json_text_next(json);
        g_string_append_c(json, '{');
        json_text_append_member(json, "name", variant->name);
        json_text_append_value(json, "equal", is_equal ? "true" : "false");
        json_text_append_value(json, "fingerprint", "\"%016" PRIx64 "\"", end->fingerprint);
        json_text_append_value(json, "events", "%" PRIu64, end->events);
        json_text_append_value(json, "end_ns", "%" PRId64, end->time);
        json_text_append_member(json, "difference", difference);
        g_string_append_c(json, '}');
        return;
    }
    const bool is_reference = variant == &g_array_index(verification->variants, Variant, 0);
    g_autofree char *time = value_print(end->time, VALUE_DURATION);
    printf("%-14s %s fingerprint %016" PRIx64 ", %" PRIu64 " events, ends at %s\n%s", variant->name,
           is_reference ? "          "
           : is_equal   ? "equal:    "
                        : "DIFFERENT:",
           end->fingerprint, end->events, time, difference == NULL ? "" : difference);
    fflush(stdout);
}

/* The events are the same, but the peers do not hold the same afterwards. */
static char *state_difference(const Variant *reference, const Variant *variant, GError **error)
{
    g_autoptr(GArray) a = variant_states(reference, error);
    g_autoptr(GArray) b = a == NULL ? NULL : variant_states(variant, error);
    if (b == NULL) {
        return NULL;
    }
    for (guint peer = 0; peer < MIN(a->len, b->len); peer++) {
        if (g_array_index(a, guint64, peer) != g_array_index(b, guint64, peer)) {
            return g_strdup_printf("  the events are the same, but the state of peer %u differs at "
                                   "the end\n",
                                   peer);
        }
    }
    return g_strdup("  run again, the states do not differ: the difference comes and goes\n");
}

static char *event_difference(const Verification *verification, const Variant *variant,
                              const Checkpoint *end, GError **error)
{
    const Variant *reference = &g_array_index(verification->variants, Variant, 0);
    Divergence divergence;
    if (!divergence_find(reference, &verification->end, variant, end, &divergence, error)) {
        return NULL;
    }
    return divergence_text(&divergence, reference->name, variant->name, verification->peers);
}

static bool compare_one(Verification *verification, const Variant *variant, GError **error)
{
    Checkpoint end;
    if (!variant_end(variant, &end, NULL, error)) {
        return false;
    }
    const bool has_same_events = end.fingerprint == verification->end.fingerprint &&
                                 end.events == verification->end.events &&
                                 end.time == verification->end.time;
    if (has_same_events && end.states == verification->end.states) {
        tell(verification, variant, &end, true, NULL);
        return true;
    }
    verification->is_different = true;
    g_autofree char *difference =
        has_same_events
            ? state_difference(&g_array_index(verification->variants, Variant, 0), variant, error)
            : event_difference(verification, variant, &end, error);
    if (difference == NULL) {
        return false;
    }
    tell(verification, variant, &end, false, difference);
    return true;
}

static bool compare_all(Verification *verification, GError **error)
{
    const Variant *reference = &g_array_index(verification->variants, Variant, 0);
    if (!variant_end(reference, &verification->end, &verification->peers, error)) {
        return false;
    }
    tell(verification, reference, &verification->end, true, NULL);
    for (guint i = 1; i < verification->variants->len; i++) {
        const Variant *variant = &g_array_index(verification->variants, Variant, i);
        if (!compare_one(verification, variant, error)) {
            return false;
        }
        if (variant->is_moved && verification->is_different) {
            command_warn("the run depends on memory, so it differs by itself: the other ways are "
                         "left out");
            return true;
        }
    }
    return true;
}

static bool verify(const char *path, const Options *options, bool *ret_is_different, GError **error)
{
    /* What is wrong with the input is said by this process, once. */
    g_autoptr(Scenario) scenario =
        scenario_load(path, (const char *const *)options->sets, options->seed, error);
    if (scenario == NULL) {
        return false;
    }
    Run *run = run_new(scenario, &(RunOptions){0}, error);
    if (run == NULL) {
        return false;
    }
    run_free(run);
    g_autoptr(GString) json = options->as_json ? g_string_new("{\"variants\": [") : NULL;
    Verification verification = {.json = json,
                                 .variants = g_array_new(FALSE, TRUE, sizeof(Variant)),
                                 .arguments = g_ptr_array_new_with_free_func(g_free)};
    g_array_set_clear_func(verification.variants, clear_variant);
    add_arguments(verification.arguments, path, options);
    const bool is_fine = add_variants(&verification, options,
                                      scenario->module->application->has_coordinator, error) &&
                         compare_all(&verification, error);
    *ret_is_different = verification.is_different;
    if (is_fine && json != NULL) {
        g_string_append_c(json, ']');
        json_text_append_value(json, "equal", verification.is_different ? "false" : "true");
        printf("%s}\n", json->str);
    }
    g_array_unref(verification.variants);
    g_ptr_array_unref(verification.arguments);
    return is_fine;
}

int command_verify(int argc, char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Override a setting of the file; may be repeated", "SECTION.KEY=VALUE"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Short for --set scenario.seed=N", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, "Print one JSON object", NULL},
        {"against", 0, 0, G_OPTION_ARG_FILENAME, &options.against,
         "Another build of the program to compare with", "SKEIN"},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    bool is_different = false;
    const bool is_fine = command_parse(&USAGE, entries, &argc, &argv, &error) &&
                         verify(argv[1], &options, &is_different, &error);
    g_strfreev(options.sets);
    g_free(options.seed);
    g_free(options.against);
    return !is_fine ? command_fail(error) : is_different ? SKEIN_ERROR_FAILED : 0;
}
