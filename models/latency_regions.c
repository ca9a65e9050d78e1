/* SPDX-License-Identifier: MIT */
/* Latency between regions of the world: a small matrix and a region for each peer. Peers are dealt
 * out to regions in turn, or by the shares of a file: peer after peer goes to the region that has
 * fallen behind its share the most, so that any first N peers are spread as the shares say, with no
 * randomness. The diagonal is the latency inside a region. */
#include "models/latency_option.h"

#include "models/table_text.h"
#include "sim/error.h"

#include <string.h>

typedef struct RegionSource {
    LatencySource base;
    Matrix *matrix;
    bool is_rtt;
    uint16_t *region_of; /* by peer */
    SimDuration lower_bound;
} RegionSource;

static const char USAGE[] =
    "regions(FILE, unit=ms, kind=one-way, local=DURATION, shares=FILE, row=NAME)";

static const RegionSource *source_of(const LatencySource *base)
{
    return (const RegionSource *)(const void *)base;
}

static SimDuration regions_minimum(const LatencySource *base, EntityId sender, EntityId receiver)
{
    const RegionSource *source = source_of(base);
    const SimDuration entry =
        matrix_entry(source->matrix, source->region_of[sender], source->region_of[receiver]);
    return source->is_rtt ? latency_half(entry, sender, receiver) : entry;
}

static SimDuration regions_delay(const LatencySource *base, EntityId sender, EntityId receiver,
                                 uint64_t key, uint64_t index)
{
    (void)key;
    (void)index;
    return regions_minimum(base, sender, receiver);
}

static SimDuration regions_lower_bound(const LatencySource *base)
{
    return source_of(base)->lower_bound;
}

static const char *regions_peer_region(const LatencySource *base, EntityId peer)
{
    const RegionSource *source = source_of(base);
    return matrix_name(source->matrix, source->region_of[peer]);
}

static uint32_t regions_peer_place(const LatencySource *base, EntityId peer)
{
    return source_of(base)->region_of[peer];
}

static void region_source_free(LatencySource *base)
{
    RegionSource *source = (RegionSource *)(void *)base;
    matrix_free(source->matrix);
    g_free(source->region_of);
    g_free(source);
}

/* The shares of the regions in their order: the columns are found by the regions' names. */
static bool read_share_row(const TableText *table, const Matrix *matrix, const int *columns,
                           double *shares, GError **error)
{
    double sum = 0;
    for (uint32_t i = 0; i < matrix_size(matrix); i++) {
        if (!table_text_number(table, (unsigned)columns[i], &shares[i], error)) {
            return false;
        }
        if (!(shares[i] >= 0)) {
            return table_text_fail(table, (unsigned)columns[i], error,
                                   "found a negative share, expected 0 or more");
        }
        sum += shares[i];
    }
    return sum > 0 || table_text_fail(table, 0, error, "found no share above 0");
}

/* CSV: a header with the names of the regions, then rows that begin with their own name. */
static bool parse_shares(TableText *table, const char *name, const char *row, const Matrix *matrix,
                         double *shares, GError **error)
{
    GError *cause = NULL;
    g_autofree int *columns = g_new(int, matrix_size(matrix));
    if (!table_text_next(table, &cause)) {
        if (cause != NULL) {
            g_propagate_error(error, cause);
            return false;
        }
        return skein_refuse(error, "%s:1: found nothing, expected a header with regions", name);
    }
    for (uint32_t i = 0; i < matrix_size(matrix); i++) {
        const char *region = matrix_name(matrix, i);
        columns[i] = region != NULL ? table_text_find(table, region) : (int)i + 1;
        if (columns[i] < 0) {
            return table_text_fail(table, 0, error, "found no column for the region '%s'", region);
        }
    }
    while (table_text_next(table, &cause)) {
        if (row == NULL || strcmp(table_text_cell(table, 0), row) == 0) {
            return read_share_row(table, matrix, columns, shares, error);
        }
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    return skein_refuse(error, "%s:%u: found no row%s%s", name, table_text_line(table),
                        row != NULL ? " named " : " of shares", row != NULL ? row : "");
}

static bool read_shares(const CallText *call, const LatencyContext *context, const Matrix *matrix,
                        LatencyNotes *notes, double *shares, GError **error)
{
    const char *name = call_text_option(call, "shares");
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    for (uint32_t i = 0; i < matrix_size(matrix); i++) {
        shares[i] = 1;
    }
    if (name == NULL) {
        return call_text_option(call, "row") == NULL ||
               skein_refuse(error, "found row= without shares=FILE, expected %s", USAGE);
    }
    if (!latency_read_file(name, context, notes, &text, &size_bytes, error)) {
        return false;
    }
    g_autoptr(TableText) table = table_text_new(text, size_bytes, name);
    return parse_shares(table, name, call_text_option(call, "row"), matrix, shares, error);
}

static void assign_regions(RegionSource *source, const double *shares, uint32_t peers)
{
    const uint32_t size = matrix_size(source->matrix);
    g_autofree double *taken = g_new0(double, size);
    double sum = 0;
    for (uint32_t i = 0; i < size; i++) {
        sum += shares[i];
    }
    source->region_of = g_new(uint16_t, peers);
    for (uint32_t peer = 0; peer < peers; peer++) {
        uint32_t most_behind = 0;
        double behind = -1;
        for (uint32_t i = 0; i < size; i++) {
            const double owed = shares[i] * ((double)peer + 1) - taken[i] * sum;
            if (shares[i] > 0 && (behind < 0 || owed > behind)) {
                most_behind = i;
                behind = owed;
            }
        }
        taken[most_behind] += 1;
        source->region_of[peer] = (uint16_t)most_behind;
    }
}

/* Over all regions, as the first peers may not meet all of them. */
static bool find_lower_bound(RegionSource *source, const char *name, GError **error)
{
    const uint32_t size = matrix_size(source->matrix);
    source->lower_bound = INT64_MAX;
    for (uint32_t i = 0; i < size; i++) {
        for (uint32_t j = 0; j < size; j++) {
            const SimDuration entry = matrix_entry(source->matrix, i, j);
            const SimDuration least = source->is_rtt ? entry / 2 : entry;
            if (least < 1) {
                return skein_refuse(error,
                                    "%s: found a round trip of 1ns, whose half is no time at all; "
                                    "expected at least 2ns",
                                    name);
            }
            source->lower_bound = MIN(source->lower_bound, least);
        }
    }
    return true;
}

static LatencySource *regions_new(const CallText *call, const LatencyContext *context,
                                  LatencyNotes *notes, GError **error)
{
    static const char *const keys[] = {"unit", "kind", "local", "shares", "row", NULL};
    MatrixOptions options = {.has_diagonal = true};
    bool is_rtt = false;
    if (!call_text_expect(call, 1, 1, keys, USAGE, error)) {
        return NULL;
    }
    options.unit = latency_option_unit(call, USAGE, error);
    if (options.unit == NULL || !latency_option_is_rtt(call, USAGE, &is_rtt, error) ||
        !latency_option_duration(call, "local", &options.local, error)) {
        return NULL;
    }
    g_autoptr(Matrix) matrix = latency_read_matrix(call, context, &options, notes, error);
    if (matrix == NULL) {
        return NULL;
    }
    g_autofree double *shares = g_new(double, matrix_size(matrix));
    if (!read_shares(call, context, matrix, notes, shares, error)) {
        return NULL;
    }
    RegionSource *source = g_new0(RegionSource, 1);
    source->base.kind = &LATENCY_regions;
    source->matrix = g_steal_pointer(&matrix);
    source->is_rtt = is_rtt;
    assign_regions(source, shares, context->peers);
    if (!find_lower_bound(source, call_text_argument(call, 0), error)) {
        region_source_free(&source->base);
        return NULL;
    }
    return &source->base;
}

const LatencySourceKind LATENCY_regions = {
    .name = "regions",
    .usage = USAGE,
    .new = regions_new,
    .free = region_source_free,
    .delay = regions_delay,
    .minimum = regions_minimum,
    .lower_bound = regions_lower_bound,
    .peer_region = regions_peer_region,
    .peer_place = regions_peer_place,
};
