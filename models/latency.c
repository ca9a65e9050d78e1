/* SPDX-License-Identifier: MIT */
/* Picks the source of the delays by the name in the text, adds jitter, and sees to it that nothing
 * falls below the minimum of its pair. Distributions are the source that needs no file. */
#include "models/latency.h"

#include "models/latency_source.h"
#include "sim/distribution.h"
#include "sim/error.h"
#include "sim/nearest.h"
#include "sim/random.h"
#include "sim/value_text.h"

#include <string.h>

static const LatencySourceKind *const KINDS[] = {
#define X(name) &LATENCY_##name,
#include "models/latency_list.h"
#undef X
    NULL,
};

/* Where a distribution could come arbitrarily near to zero, or below it. */
static const SimDuration DEFAULT_MINIMUM = SIM_MICROSECOND;

/* Parts the draws of jitter from those of the latency below it. */
static const uint64_t JITTER_KEY = UINT64_C(0x6a69747465722121);

struct LatencyModel {
    LatencySource *source; /* NULL: `distribution` is the latency of every pair */
    Distribution *distribution;
    SimDuration distribution_minimum;
    Distribution *jitter; /* NULL: none */
    SimDuration jitter_minimum;
    LatencyNotes notes; /* NULL-terminated */
    uint32_t peers;
};

/* A kind of source by name, or NULL. */
static const LatencySourceKind *find_kind(const char *name)
{
    for (size_t i = 0; KINDS[i] != NULL; i++) {
        if (strcmp(KINDS[i]->name, name) == 0) {
            return KINDS[i];
        }
    }
    return NULL;
}

/* Adds to a distribution's error what else the text may have meant. */
static void suggest_kind(const char *text, GError **error)
{
    const char *names[G_N_ELEMENTS(KINDS)] = {NULL};
    g_autoptr(CallText) call = call_text_new(text, NULL);
    if (call == NULL || error == NULL || strstr((*error)->message, " one of ") == NULL) {
        return; /* a distribution, but a wrong one */
    }
    for (size_t i = 0; KINDS[i] != NULL; i++) {
        names[i] = KINDS[i]->name;
    }
    const char *nearest = nearest_name(call_text_name(call), names);
    if (nearest != NULL) {
        g_clear_error(error);
        skein_refuse(error, "found '%s', did you mean %s", text, find_kind(nearest)->usage);
        return;
    }
    g_autofree char *list = g_strjoinv("(), ", (char **)(uintptr_t)names);
    g_autofree char *message = g_strdup_printf("%s; or %s()", (*error)->message, list);
    g_clear_error(error);
    g_set_error_literal(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, message);
}

/* Kinds without a bound that the user could mean: without `min=` they get DEFAULT_MINIMUM. */
static bool is_open_below(const char *text)
{
    static const char *const open[] = {"normal",  "exponential", "lognormal", "gamma",
                                       "weibull", "pareto",      NULL};
    g_autoptr(CallText) call = call_text_new(text, NULL);
    return call != NULL && g_strv_contains(open, call_text_name(call)) &&
           call_text_option(call, "min") == NULL;
}

static bool read_distribution(LatencyModel *model, const char *text, const LatencyContext *context,
                              GError **error)
{
    model->distribution = distribution_new(text, VALUE_DURATION, context->directory, error);
    if (model->distribution == NULL) {
        suggest_kind(text, error);
        return false;
    }
    SimDuration minimum = distribution_minimum(model->distribution);
    if (minimum < DEFAULT_MINIMUM && is_open_below(text)) {
        minimum = DEFAULT_MINIMUM;
    }
    if (minimum < 1) {
        g_autofree char *found = minimum == INT64_MIN ? NULL : value_print(minimum, VALUE_DURATION);
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', a latency that can be %s%s; expected at least 1ns, as nothing "
                    "arrives before it was sent, nor at that instant",
                    text, found != NULL ? "as small as " : "negative", found != NULL ? found : "");
        return false;
    }
    model->distribution_minimum = minimum;
    const char *input = distribution_input(model->distribution);
    if (input != NULL) {
        g_ptr_array_add(model->notes.inputs, g_strdup(input));
    }
    return true;
}

static void blame(const LatencyContext *context, const char *key)
{
    if (context->fault != NULL) {
        *context->fault = key;
    }
}

static bool read_jitter(LatencyModel *model, const LatencyContext *context, GError **error)
{
    if (context->jitter == NULL) {
        return true;
    }
    model->jitter = distribution_new(context->jitter, VALUE_DURATION, context->directory, error);
    if (model->jitter == NULL) {
        blame(context, "link.jitter");
        return false;
    }
    if (distribution_is_constant(model->jitter) && distribution_minimum(model->jitter) == 0) {
        g_clear_pointer(&model->jitter, distribution_free);
        return true;
    }
    model->jitter_minimum = distribution_minimum(model->jitter);
    const char *input = distribution_input(model->jitter);
    if (input != NULL) {
        g_ptr_array_add(model->notes.inputs, g_strdup(input));
    }
    return true;
}

static bool read_model(LatencyModel *model, const char *text, const LatencyContext *context,
                       GError **error)
{
    g_autoptr(CallText) call = call_text_new(text, error);
    if (call == NULL) {
        return false;
    }
    const LatencySourceKind *kind = find_kind(call_text_name(call));
    if (kind == NULL) {
        if (!read_distribution(model, text, context, error)) {
            return false;
        }
    } else {
        if (!call_text_has_parentheses(call)) {
            return skein_refuse(error, "found '%s', expected %s", text, kind->usage);
        }
        model->source = kind->new (call, context, &model->notes, error);
        if (model->source == NULL) {
            return false;
        }
    }
    const bool is_placed = context->attach != NULL && strcmp(context->attach, "round-robin") != 0;
    if (is_placed && (kind == NULL || strcmp(kind->name, "graph") != 0)) {
        blame(context, "peers.attach");
        return skein_refuse(
            error,
            "found latency '%s' together with peers.attach, which places peers on the "
            "nodes of latency graph(FILE)",
            text);
    }
    return read_jitter(model, context, error);
}

LatencyModel *latency_model_new(const char *text, const LatencyContext *context, GError **error)
{
    g_autoptr(LatencyModel) model = g_new0(LatencyModel, 1);
    model->peers = context->peers;
    model->notes.inputs = g_ptr_array_new_with_free_func(g_free);
    model->notes.warnings = g_ptr_array_new_with_free_func(g_free);
    if (!read_model(model, text, context, error)) {
        return NULL;
    }
    g_ptr_array_add(model->notes.inputs, NULL);
    g_ptr_array_add(model->notes.warnings, NULL);
    return g_steal_pointer(&model);
}

void latency_model_free(LatencyModel *model)
{
    if (model != NULL) {
        if (model->source != NULL) {
            model->source->kind->free(model->source);
        }
        distribution_free(model->distribution);
        distribution_free(model->jitter);
        g_ptr_array_unref(model->notes.inputs);
        g_ptr_array_unref(model->notes.warnings);
        g_free(model);
    }
}

/* The least that is left of a smallest delay `base` when jitter takes away what it can. */
static SimDuration jittered_minimum(const LatencyModel *model, SimDuration base)
{
    if (model->jitter == NULL) {
        return base;
    }
    const SimDuration floor = MIN(base, DEFAULT_MINIMUM);
    if (model->jitter_minimum < floor - base) {
        return floor;
    }
    return base > INT64_MAX - MAX(model->jitter_minimum, 0) ? INT64_MAX
                                                            : base + model->jitter_minimum;
}

static SimDuration source_minimum(const LatencyModel *model, EntityId sender, EntityId receiver)
{
    return model->source == NULL ? model->distribution_minimum
                                 : model->source->kind->minimum(model->source, sender, receiver);
}

SimDuration latency_model_delay(const LatencyModel *model, EntityId sender, EntityId receiver,
                                uint64_t key, uint64_t index)
{
    SimDuration delay;
    if (model->source != NULL) {
        delay = model->source->kind->delay(model->source, sender, receiver, key, index);
    } else {
        delay = distribution_draw(model->distribution, key, index);
        delay = MAX(delay, model->distribution_minimum);
    }
    if (model->jitter == NULL) {
        return delay;
    }
    const SimDuration minimum = latency_model_minimum(model, sender, receiver);
    const int64_t jitter = distribution_draw(model->jitter, key ^ JITTER_KEY, index);
    if (jitter > 0 && delay > INT64_MAX - jitter) {
        return INT64_MAX;
    }
    return MAX(delay + jitter, minimum);
}

SimDuration latency_model_send(const LatencyModel *model, EntityId sender, EntityId receiver,
                               uint64_t seed, uint64_t purpose, uint64_t index,
                               LatencyFate *ret_fate)
{
    const uint64_t key =
        latency_model_is_constant(model) ? 0 : random_key(seed, purpose, sender, receiver);
    *ret_fate = LATENCY_ARRIVES;
    if (model->source == NULL && model->jitter == NULL) {
        const SimDuration delay = distribution_draw(model->distribution, key, index);
        return MAX(delay, model->distribution_minimum);
    }
    *ret_fate = latency_model_fate(model, sender, receiver, index);
    return latency_model_delay(model, sender, receiver, key, index);
}

LatencyFate latency_model_fate(const LatencyModel *model, EntityId sender, EntityId receiver,
                               uint64_t index)
{
    if (!latency_model_is_replay(model)) {
        return LATENCY_ARRIVES;
    }
    return model->source->kind->fate(model->source, sender, receiver, index);
}

bool latency_model_is_replay(const LatencyModel *model)
{
    return model->source != NULL && model->source->kind->fate != NULL;
}

bool latency_model_is_constant(const LatencyModel *model)
{
    return model->jitter == NULL &&
           (model->source == NULL ? distribution_is_constant(model->distribution)
                                  : !latency_model_is_replay(model));
}

SimDuration latency_model_minimum(const LatencyModel *model, EntityId sender, EntityId receiver)
{
    return jittered_minimum(model, source_minimum(model, sender, receiver));
}

SimDuration latency_model_lower_bound(const LatencyModel *model)
{
    return jittered_minimum(model, model->source == NULL
                                       ? model->distribution_minimum
                                       : model->source->kind->lower_bound(model->source));
}

double latency_model_path_loss(const LatencyModel *model, EntityId sender, EntityId receiver)
{
    if (model->source == NULL || model->source->kind->path_loss == NULL) {
        return 0;
    }
    return model->source->kind->path_loss(model->source, sender, receiver);
}

bool latency_model_has_paths(const LatencyModel *model)
{
    return model->source != NULL && model->source->kind->path_bandwidth != NULL;
}

int64_t latency_model_path_bandwidth(const LatencyModel *model, EntityId sender, EntityId receiver)
{
    return latency_model_has_paths(model)
               ? model->source->kind->path_bandwidth(model->source, sender, receiver)
               : 0;
}

bool latency_model_loses(const LatencyModel *model)
{
    return model->source != NULL && model->source->kind->loses != NULL &&
           model->source->kind->loses(model->source);
}

const char *latency_model_peer_name(const LatencyModel *model, EntityId peer)
{
    g_assert(peer < model->peers);
    if (model->source == NULL || model->source->kind->peer_name == NULL) {
        return NULL;
    }
    return model->source->kind->peer_name(model->source, peer);
}

const char *latency_model_peer_region(const LatencyModel *model, EntityId peer)
{
    g_assert(peer < model->peers);
    if (model->source == NULL || model->source->kind->peer_region == NULL) {
        return NULL;
    }
    return model->source->kind->peer_region(model->source, peer);
}

bool latency_model_is_uniform(const LatencyModel *model)
{
    return model->source == NULL;
}

uint32_t latency_model_peer_place(const LatencyModel *model, EntityId peer)
{
    if (model->source == NULL) {
        return 0;
    }
    return model->source->kind->peer_place == NULL
               ? peer
               : model->source->kind->peer_place(model->source, peer);
}

const char *const *latency_model_inputs(const LatencyModel *model)
{
    return (const char *const *)model->notes.inputs->pdata;
}

const char *const *latency_model_warnings(const LatencyModel *model)
{
    return (const char *const *)model->notes.warnings->pdata;
}

const char *latency_model_usage(unsigned index)
{
    if (index == 0) {
        return "DURATION or a distribution of durations";
    }
    return index <= G_N_ELEMENTS(KINDS) - 1 ? KINDS[index - 1]->usage : NULL;
}
