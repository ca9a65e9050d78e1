/* SPDX-License-Identifier: MIT */
/* skein verify: the same run, executed in every other way there is. */
#include "cli/command.h"
#include "cli/divergence.h"
#include "scenarios/run.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const CommandUsage USAGE = {
    .arguments = "FILE",
    .summary =
        "Executes a scenario in other ways, which must not change anything: in a process with "
        "another address\nlayout and other bytes in fresh memory, with another event queue, cut "
        "into 2 and 3 partitions, and by\nanother build of the program. Where a run differs, the "
        "first event that differs is named. Exit status: 0 all\nthe same, 1 different.",
    .examples = "  skein verify ping.yaml\n"
                "  skein verify ping.yaml --against ../build-clang/skein",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char **sets;
    char *seed, *against;
} Options;

typedef struct Verification {
    GArray *variants; /* of Variant; the first is the reference */
    GPtrArray *arguments;
    Checkpoint end; /* of the reference */
    guint64 peers;
    bool is_different;
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
    }
    if (options->against != NULL) {
        add_variant(verification, options->against, options->against);
    }
    return true;
}

static void print_end(const Variant *variant, const Checkpoint *end, const char *verdict)
{
    g_autofree char *time = value_print(end->time, VALUE_DURATION);
    printf("%-14s %s fingerprint %016" PRIx64 ", %" PRIu64 " events, ends at %s\n", variant->name,
           verdict, end->fingerprint, end->events, time);
    fflush(stdout);
}

static bool compare_one(Verification *verification, const Variant *variant, GError **error)
{
    const Variant *reference = &g_array_index(verification->variants, Variant, 0);
    Checkpoint end;
    if (!variant_end(variant, &end, NULL, error)) {
        return false;
    }
    const bool is_equal = end.fingerprint == verification->end.fingerprint &&
                          end.events == verification->end.events &&
                          end.time == verification->end.time;
    print_end(variant, &end, is_equal ? "equal:    " : "DIFFERENT:");
    if (is_equal) {
        return true;
    }
    verification->is_different = true;
    Divergence divergence;
    if (!divergence_find(reference, &verification->end, variant, &end, &divergence, error)) {
        return false;
    }
    g_autofree char *text =
        divergence_text(&divergence, reference->name, variant->name, verification->peers);
    fputs(text, stdout);
    return true;
}

static bool compare_all(Verification *verification, GError **error)
{
    const Variant *reference = &g_array_index(verification->variants, Variant, 0);
    if (!variant_end(reference, &verification->end, &verification->peers, error)) {
        return false;
    }
    print_end(reference, &verification->end, "          ");
    for (guint i = 1; i < verification->variants->len; i++) {
        const Variant *variant = &g_array_index(verification->variants, Variant, i);
        if (!compare_one(verification, variant, error)) {
            return false;
        }
        if (variant->is_moved && verification->is_different) {
            puts("The run depends on memory, so it differs by itself: the other ways are left "
                 "out.");
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
    Verification verification = {.variants = g_array_new(FALSE, TRUE, sizeof(Variant)),
                                 .arguments = g_ptr_array_new_with_free_func(g_free)};
    g_array_set_clear_func(verification.variants, clear_variant);
    add_arguments(verification.arguments, path, options);
    const bool is_fine = add_variants(&verification, options,
                                      scenario->module->application->has_coordinator, error) &&
                         compare_all(&verification, error);
    *ret_is_different = verification.is_different;
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
