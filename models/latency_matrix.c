/* SPDX-License-Identifier: MIT */
/* Latency between measured places: peer i is row and column i. A matrix larger than the count of
 * peers gives its first rows. */
#include "models/latency_option.h"

#include "sim/error.h"

typedef struct MatrixSource {
    LatencySource base;
    Matrix *matrix;
    bool is_rtt;
    SimDuration lower_bound;
} MatrixSource;

static const char USAGE[] =
    "matrix(FILE, unit=ms, kind=rtt, zero=DURATION, missing=DURATION, column=NAME)";

static const MatrixSource *source_of(const LatencySource *base)
{
    return (const MatrixSource *)(const void *)base;
}

static SimDuration matrix_minimum(const LatencySource *base, EntityId sender, EntityId receiver)
{
    const MatrixSource *source = source_of(base);
    if (sender == receiver) {
        return source->lower_bound;
    }
    const SimDuration entry = matrix_entry(source->matrix, sender, receiver);
    return source->is_rtt ? latency_half(entry, sender, receiver) : entry;
}

static SimDuration matrix_delay(const LatencySource *base, EntityId sender, EntityId receiver,
                                uint64_t key, uint64_t index)
{
    (void)key;
    (void)index;
    return matrix_minimum(base, sender, receiver);
}

static SimDuration matrix_lower_bound(const LatencySource *base)
{
    return source_of(base)->lower_bound;
}

static const char *matrix_peer_name(const LatencySource *base, EntityId peer)
{
    return matrix_name(source_of(base)->matrix, peer);
}

static void matrix_source_free(LatencySource *base)
{
    MatrixSource *source = (MatrixSource *)(void *)base;
    matrix_free(source->matrix);
    g_free(source);
}

/* The smallest of all pairs of peers; an error where half a round trip is nothing. */
static bool find_lower_bound(MatrixSource *source, const char *name, uint32_t peers, GError **error)
{
    SimDuration least = INT64_MAX;
    for (EntityId i = 0; i < peers; i++) {
        for (EntityId j = 0; j < peers; j++) {
            const SimDuration delay = i == j ? INT64_MAX : matrix_minimum(&source->base, i, j);
            if (delay < 1) {
                return skein_refuse(error,
                                    "%s: found a round trip of 1ns from %u to %u, whose half is no "
                                    "time at all; expected at least 2ns",
                                    name, i, j);
            }
            least = MIN(least, delay);
        }
    }
    source->lower_bound = least == INT64_MAX ? 1 : least;
    return true;
}

static LatencySource *matrix_new(const CallText *call, const LatencyContext *context,
                                 LatencyNotes *notes, GError **error)
{
    static const char *const keys[] = {"unit", "kind", "zero", "missing", "column", NULL};
    MatrixOptions options = {.column = call_text_option(call, "column")};
    bool is_rtt = false;
    if (!call_text_expect(call, 1, 1, keys, USAGE, error)) {
        return NULL;
    }
    options.unit = latency_option_unit(call, USAGE, error);
    if (options.unit == NULL || !latency_option_is_rtt(call, USAGE, &is_rtt, error) ||
        !latency_option_duration(call, "zero", &options.zero, error) ||
        !latency_option_duration(call, "missing", &options.missing, error)) {
        return NULL;
    }
    g_autoptr(Matrix) matrix = latency_read_matrix(call, context, &options, notes, error);
    if (matrix == NULL) {
        return NULL;
    }
    const char *name = call_text_argument(call, 0);
    if (matrix_size(matrix) < context->peers) {
        skein_refuse(error,
                     "%s: found a matrix of %u rows, expected at least %u, one for each peer", name,
                     matrix_size(matrix), context->peers);
        return NULL;
    }
    MatrixSource *source = g_new0(MatrixSource, 1);
    source->base.kind = &LATENCY_matrix;
    source->matrix = g_steal_pointer(&matrix);
    source->is_rtt = is_rtt;
    if (!find_lower_bound(source, name, context->peers, error)) {
        matrix_source_free(&source->base);
        return NULL;
    }
    return &source->base;
}

const LatencySourceKind LATENCY_matrix = {
    .name = "matrix",
    .usage = USAGE,
    .new = matrix_new,
    .free = matrix_source_free,
    .delay = matrix_delay,
    .minimum = matrix_minimum,
    .lower_bound = matrix_lower_bound,
    .peer_name = matrix_peer_name,
};
