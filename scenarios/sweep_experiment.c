/* SPDX-License-Identifier: MIT */
#include "scenarios/sweep_experiment.h"

#include "scenarios/sweep_value.h"
#include "sim/error.h"
#include "sim/list_text.h"
#include "sim/nearest.h"

#include <stdint.h>
#include <string.h>

static const char *const OPTIONS[] = {"repeat",     "until",   "repeat-max", "seeds",
                                      "constraint", "extends", NULL};

static void choice_free(void *data)
{
    SweepChoice *choice = data;
    g_strfreev(choice->texts);
    g_free(choice);
}

static void axis_free(void *data)
{
    SweepAxis *axis = data;
    g_strfreev(axis->keys);
    g_ptr_array_unref(axis->choices);
    g_free(axis);
}

void sweep_experiment_free(SweepExperiment *experiment)
{
    if (experiment == NULL) {
        return;
    }
    g_free(experiment->name);
    g_free(experiment->until.statistic);
    g_ptr_array_unref(experiment->axes);
    g_ptr_array_unref(experiment->constraints);
    g_free(experiment);
}

/* -- Which lines belong to an experiment -- */

static const SweepParameter *find_key(const GPtrArray *parameters, const char *key)
{
    for (guint i = 0; i < parameters->len; i++) {
        const SweepParameter *parameter = g_ptr_array_index(parameters, i);
        if (strcmp(parameter->key, key) == 0) {
            return parameter;
        }
    }
    return NULL;
}

/* Adds those with this name (NULL: the direct ones) that are not there yet. */
static GPtrArray *add_parameters(const GPtrArray *sweep, const char *name, GPtrArray *parameters)
{
    const guint before = parameters->len;
    for (guint i = 0; i < sweep->len; i++) {
        SweepParameter *parameter = g_ptr_array_index(sweep, i);
        const bool is_own = g_strcmp0(parameter->experiment, name) == 0;
        bool is_new = true;
        for (guint k = 0; is_own && is_new && k < before; k++) {
            const SweepParameter *other = g_ptr_array_index(parameters, k);
            is_new = strcmp(other->key, parameter->key) != 0;
        }
        if (is_own && is_new) {
            g_ptr_array_add(parameters, parameter);
        }
    }
    return parameters;
}

static const char *single_text(const SweepParameter *parameter)
{
    return ((const ScenarioLine *)g_ptr_array_index(parameter->lines, 0))->text;
}

static bool refuse_option(const SweepParameter *parameter, const char *expected, GError **error)
{
    const ScenarioLine *line = g_ptr_array_index(parameter->lines, 0);
    g_autofree char *key = g_strconcat("sweep.", parameter->key, NULL);
    return text_place_refuse(
        &line->place, key, error, "found %s%s%s, expected %s", parameter->is_list ? "a list" : "'",
        parameter->is_list ? "" : line->text, parameter->is_list ? "" : "'", expected);
}

static GPtrArray *list_names(const GPtrArray *sweep)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < sweep->len; i++) {
        const SweepParameter *parameter = g_ptr_array_index(sweep, i);
        if (parameter->experiment != NULL &&
            !g_ptr_array_find_with_equal_func(names, parameter->experiment, g_str_equal, NULL)) {
            g_ptr_array_add(names, parameter->experiment);
        }
    }
    return names;
}

/* The `extends` of exactly this experiment, NULL: none. */
static const SweepParameter *find_extends(const GPtrArray *sweep, const char *name)
{
    for (guint i = 0; i < sweep->len; i++) {
        const SweepParameter *parameter = g_ptr_array_index(sweep, i);
        if (g_strcmp0(parameter->experiment, name) == 0 && strcmp(parameter->key, "extends") == 0) {
            return parameter;
        }
    }
    return NULL;
}

static GPtrArray *collect(const GPtrArray *sweep, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = list_names(sweep);
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    g_autoptr(GPtrArray) parameters = add_parameters(sweep, name, g_ptr_array_new());
    const SweepParameter *extends = find_extends(sweep, name);
    g_ptr_array_add(seen, (void *)(uintptr_t)name);
    while (extends != NULL) {
        const char *base = single_text(extends);
        if (extends->is_list || extends->experiment == NULL ||
            !g_ptr_array_find_with_equal_func(names, base, g_str_equal, NULL)) {
            refuse_option(extends, "the name of another experiment", error);
            return NULL;
        }
        if (g_ptr_array_find_with_equal_func(seen, base, g_str_equal, NULL)) {
            refuse_option(extends, "an experiment that does not extend this one", error);
            return NULL;
        }
        g_ptr_array_add(seen, (void *)(uintptr_t)base);
        add_parameters(sweep, base, parameters);
        extends = find_extends(sweep, base);
    }
    if (name != NULL) {
        add_parameters(sweep, NULL, parameters);
    }
    return g_steal_pointer(&parameters);
}

/* -- Options -- */

static bool read_count(const GPtrArray *parameters, const char *key, unsigned *ret_count,
                       GError **error)
{
    const SweepParameter *parameter = find_key(parameters, key);
    if (parameter == NULL) {
        return true;
    }
    double count = 0;
    if (parameter->is_list || !sweep_value_number(single_text(parameter), &count) || count < 1 ||
        count > SWEEP_REPEAT_MAX || count != (double)(unsigned)count) {
        return refuse_option(parameter, "a whole number from 1 to 1000000", error);
    }
    *ret_count = (unsigned)count;
    return true;
}

/* `halfwidth(NAME) < LIMIT`. */
static bool read_until(const GPtrArray *parameters, SweepExperiment *experiment, GError **error)
{
    const SweepParameter *parameter = find_key(parameters, "until");
    if (parameter == NULL) {
        const SweepParameter *most = find_key(parameters, "repeat-max");
        return most == NULL || refuse_option(most, "it beside an until, which there is not", error);
    }
    const SweepParameter *repeat = find_key(parameters, "repeat");
    if (repeat != NULL) {
        return refuse_option(repeat, "no repeat beside an until: repeat-max is its limit", error);
    }
    static const char *const expected =
        "halfwidth(METRIC) < LIMIT, such as halfwidth(ping.rtt.p99) "
        "< 2%, or < 5ms";
    const ScenarioLine *line = g_ptr_array_index(parameter->lines, 0);
    g_auto(GStrv) sides = g_strsplit(line->text, "<", 2);
    SweepUntil *until = &experiment->until;
    if (parameter->is_list || g_strv_length(sides) != 2) {
        return refuse_option(parameter, expected, error);
    }
    char *call = g_strstrip(sides[0]);
    const char *limit = g_strstrip(sides[1]);
    const size_t length = strlen(call);
    if (!g_str_has_prefix(call, "halfwidth(") || call[length - 1] != ')' || length < 12 ||
        !sweep_value_number(limit, &until->limit) || !(until->limit > 0)) {
        return refuse_option(parameter, expected, error);
    }
    call[length - 1] = '\0';
    until->statistic = g_strstrip(g_strdup(call + strlen("halfwidth(")));
    until->is_relative = g_str_has_suffix(limit, "%");
    until->place = line->place;
    return true;
}

static bool read_seeds(const GPtrArray *parameters, bool *ret_independent, GError **error)
{
    const SweepParameter *parameter = find_key(parameters, "seeds");
    if (parameter == NULL) {
        return true;
    }
    const char *text = single_text(parameter);
    *ret_independent = strcmp(text, "independent") == 0;
    return (!parameter->is_list && (*ret_independent || strcmp(text, "common") == 0)) ||
           refuse_option(parameter, "common or independent", error);
}

static bool read_options(const GPtrArray *parameters, SweepExperiment *experiment, GError **error)
{
    unsigned repeat_max = 1000;
    experiment->repeat = 1;
    if (!read_count(parameters, "repeat", &experiment->repeat, error) ||
        !read_count(parameters, "repeat-max", &repeat_max, error) ||
        !read_until(parameters, experiment, error) ||
        !read_seeds(parameters, &experiment->has_independent_seeds, error)) {
        return false;
    }
    const SweepParameter *constraint = find_key(parameters, "constraint");
    for (guint i = 0; constraint != NULL && i < constraint->lines->len; i++) {
        g_ptr_array_add(experiment->constraints, g_ptr_array_index(constraint->lines, i));
    }
    if (experiment->until.statistic != NULL) {
        experiment->repeat = MAX(repeat_max, SWEEP_FIRST_LOOK);
    }
    return true;
}

/* -- Axes -- */

static void add_choice(SweepAxis *axis, char **texts, TextPlace place)
{
    SweepChoice *choice = g_new0(SweepChoice, 1);
    choice->texts = texts;
    choice->place = place;
    g_ptr_array_add(axis->choices, choice);
}

static bool add_line(SweepAxis *axis, const ScenarioLine *line, GError **error)
{
    const guint key_count = g_strv_length(axis->keys);
    if (key_count == 1) {
        g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
        if (!sweep_value_expand(line->text, values, error)) {
            return text_place_blame(&line->place, axis->keys[0], error);
        }
        for (guint i = 0; i < values->len; i++) {
            const char *const texts[] = {g_ptr_array_index(values, i), NULL};
            add_choice(axis, g_strdupv((char **)(uintptr_t)texts), line->place);
        }
        return true;
    }
    g_auto(GStrv) texts = list_text_read(line->text, error);
    if (texts == NULL) {
        return text_place_blame(&line->place, NULL, error);
    }
    if (g_strv_length(texts) != key_count) {
        return text_place_refuse(&line->place, "sweep", error,
                                 "found %u values, expected %u, one for each key",
                                 g_strv_length(texts), key_count);
    }
    add_choice(axis, g_steal_pointer(&texts), line->place);
    return true;
}

static bool check_key(const SweepExperiment *experiment, const char *key, const TextPlace *place,
                      GError **error)
{
    if (strchr(key, '.') == NULL) {
        const char *nearest = nearest_name(key, OPTIONS);
        g_autofree char *options = g_strjoinv(", ", (char **)(uintptr_t)OPTIONS);
        g_autofree char *hint =
            nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s'?", nearest);
        return text_place_refuse(place, "sweep", error,
                                 "found '%s', expected a setting such as link.loss, an option (%s) "
                                 "or an experiment with keys below it%s",
                                 key, options, hint);
    }
    if (strcmp(key, "scenario.module") == 0) {
        return text_place_refuse(place, "sweep", error,
                                 "found scenario.module, expected a setting of the module: another "
                                 "module is another scenario");
    }
    for (guint i = 0; i < experiment->axes->len; i++) {
        const SweepAxis *axis = g_ptr_array_index(experiment->axes, i);
        if (g_strv_contains((const char *const *)axis->keys, key)) {
            return text_place_refuse(place, "sweep", error,
                                     "found '%s' a second time, expected once (first at line %u)",
                                     key, axis->place.line);
        }
    }
    return true;
}

static bool add_axis(SweepExperiment *experiment, const SweepParameter *parameter, GError **error)
{
    SweepAxis *axis = g_new0(SweepAxis, 1);
    axis->keys = g_strsplit(parameter->key, ",", -1);
    axis->choices = g_ptr_array_new_with_free_func(choice_free);
    axis->place = parameter->place;
    bool is_fine = true;
    for (char **key = axis->keys; is_fine && *key != NULL; key++) {
        is_fine = check_key(experiment, g_strstrip(*key), &axis->place, error);
    }
    g_ptr_array_add(experiment->axes, axis);
    for (guint i = 0; is_fine && i < parameter->lines->len; i++) {
        is_fine = add_line(axis, g_ptr_array_index(parameter->lines, i), error);
    }
    return is_fine;
}

static SweepExperiment *read_experiment(const GPtrArray *sweep, const char *name, GError **error)
{
    g_autoptr(GPtrArray) parameters = collect(sweep, name, error);
    if (parameters == NULL) {
        return NULL;
    }
    g_autoptr(SweepExperiment) experiment = g_new0(SweepExperiment, 1);
    experiment->name = g_strdup(name == NULL ? "" : name);
    experiment->axes = g_ptr_array_new_with_free_func(axis_free);
    experiment->constraints = g_ptr_array_new();
    if (!read_options(parameters, experiment, error)) {
        return NULL;
    }
    for (guint i = 0; i < parameters->len; i++) {
        const SweepParameter *parameter = g_ptr_array_index(parameters, i);
        if (!g_strv_contains(OPTIONS, parameter->key) && !add_axis(experiment, parameter, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&experiment);
}

GPtrArray *sweep_experiments_read(const ScenarioFile *file, GError **error)
{
    const GPtrArray *sweep = scenario_file_sweep(file);
    g_autoptr(GPtrArray) experiments =
        g_ptr_array_new_with_free_func((GDestroyNotify)sweep_experiment_free);
    g_autoptr(GPtrArray) names = list_names(sweep);
    if (sweep->len == 0) {
        skein_refuse(error,
                     "%s: found no sweep, expected a section such as\nsweep:\n"
                     "  link.loss: [0, 1%%, 5%%]\n  repeat: 30",
                     scenario_file_name(file));
        return NULL;
    }
    if (names->len == 0) {
        g_ptr_array_add(names, NULL);
    }
    for (guint i = 0; i < names->len; i++) {
        SweepExperiment *experiment = read_experiment(sweep, g_ptr_array_index(names, i), error);
        if (experiment == NULL) {
            return NULL;
        }
        g_ptr_array_add(experiments, experiment);
    }
    return g_steal_pointer(&experiments);
}

unsigned sweep_next_look(const SweepExperiment *experiment, unsigned repetitions)
{
    const unsigned next =
        repetitions < SWEEP_FIRST_LOOK ? SWEEP_FIRST_LOOK : repetitions + (repetitions + 1) / 2;
    return MIN(next, experiment->repeat);
}
