/* SPDX-License-Identifier: MIT */
/* Latency as distance: peer i stands at point i of a file. Points are read from a table with a
 * header that has x_ms and y_ms (a plane in which distance is the one-way delay in ms, as network
 * coordinates are), or lat and lon (places on the globe: light in fibre along the great circle,
 * times a detour), or from lines `latitude longitude` with the count of lines in the first line or
 * without. `access` is what each end adds. */
#include "models/latency_option.h"

#include "models/geography.h"
#include "models/table_text.h"
#include "sim/error.h"
#include "sim/exact_math.h"

typedef struct CoordinateSource {
    LatencySource base;
    Place *places;    /* by peer */
    GPtrArray *names; /* by peer, NULL where there is none; or NULL */
    bool is_globe;
    double detour;
    SimDuration access; /* of both ends together */
    SimDuration floor;  /* nothing is nearer than this */
    SimDuration lower_bound;
} CoordinateSource;

static const char USAGE[] = "coordinates(FILE, access=DURATION, detour=1.3, min=DURATION)";

/* The columns that are read; -1: there is none. */
typedef struct Columns {
    int x, y, name;
    bool is_globe;
} Columns;

typedef struct Reader {
    TableText *table;
    const char *name;
    Columns columns;
    GArray *places;   /* of Place */
    GPtrArray *names; /* of char *, may be NULL */
    uint32_t wanted;  /* how many points */
} Reader;

static const CoordinateSource *source_of(const LatencySource *base)
{
    return (const CoordinateSource *)(const void *)base;
}

static SimDuration distance_delay(const CoordinateSource *source, Place a, Place b)
{
    const SimDuration delay =
        source->is_globe
            ? geography_delay(a, b, source->detour)
            : exact_integer(exact_sqrt(geography_square(a, b)) * (double)SIM_MILLISECOND);
    return MAX(delay + source->access, source->floor);
}

static SimDuration coordinates_minimum(const LatencySource *base, EntityId sender,
                                       EntityId receiver)
{
    const CoordinateSource *source = source_of(base);
    return distance_delay(source, source->places[sender], source->places[receiver]);
}

static SimDuration coordinates_delay(const LatencySource *base, EntityId sender, EntityId receiver,
                                     uint64_t key, uint64_t index)
{
    (void)key;
    (void)index;
    return coordinates_minimum(base, sender, receiver);
}

static SimDuration coordinates_lower_bound(const LatencySource *base)
{
    return source_of(base)->lower_bound;
}

static const char *coordinates_peer_name(const LatencySource *base, EntityId peer)
{
    const CoordinateSource *source = source_of(base);
    return source->names != NULL ? g_ptr_array_index(source->names, peer) : NULL;
}

static void coordinate_source_free(LatencySource *base)
{
    CoordinateSource *source = (CoordinateSource *)(void *)base;
    g_free(source->places);
    g_clear_pointer(&source->names, g_ptr_array_unref);
    g_free(source);
}

/* Finds the columns in the first row. *ret_is_data: it is a point itself. */
static bool read_head(Reader *reader, bool *ret_is_data, GError **error)
{
    TableText *table = reader->table;
    Columns *columns = &reader->columns;
    const unsigned count = table_text_count(table);
    *ret_is_data = false;
    if (table_text_is_number(table, 0) && count <= 2) {
        *columns = (Columns){.x = 0, .y = 1, .name = -1, .is_globe = true};
        *ret_is_data = count == 2;
        return true;
    }
    columns->x = table_text_find(table, "x_ms");
    columns->y = table_text_find(table, "y_ms");
    columns->is_globe = columns->x < 0 && columns->y < 0;
    if (columns->is_globe) {
        const int latitude = table_text_find(table, "lat");
        const int longitude = table_text_find(table, "lon");
        columns->x = latitude >= 0 ? latitude : table_text_find(table, "latitude");
        columns->y = longitude >= 0 ? longitude : table_text_find(table, "longitude");
    }
    columns->name = table_text_find(table, "name");
    if (columns->name < 0) {
        columns->name = table_text_find(table, "city");
    }
    if (columns->x < 0 || columns->y < 0) {
        return table_text_fail(table, 0, error,
                               "found no coordinates, expected a header with x_ms and y_ms or "
                               "with lat and lon, or lines of 'latitude longitude'");
    }
    return true;
}

static bool read_point(Reader *reader, GError **error)
{
    TableText *table = reader->table;
    const Columns *columns = &reader->columns;
    double x = 0, y = 0;
    if (!table_text_number(table, (unsigned)columns->x, &x, error) ||
        !table_text_number(table, (unsigned)columns->y, &y, error)) {
        return false;
    }
    if (columns->is_globe && !(x >= -90 && x <= 90 && y >= -180 && y <= 180)) {
        return table_text_fail(table, (unsigned)columns->x, error,
                               "found latitude %g and longitude %g, expected degrees up to 90 and "
                               "180",
                               x, y);
    }
    if (!columns->is_globe && !(x > -1e9 && x < 1e9 && y > -1e9 && y < 1e9)) {
        return table_text_fail(table, (unsigned)columns->x, error,
                               "found a point more than 1e9 ms from the middle");
    }
    const Place place = columns->is_globe ? geography_place(x, y) : (Place){x, y, 0};
    g_array_append_val(reader->places, place);
    if (columns->name >= 0) {
        g_ptr_array_add(reader->names, g_strdup(table_text_cell(table, (unsigned)columns->name)));
    }
    return true;
}

/* A name that comes again is not a name: peers are found by it. */
static void drop_repeated_names(GPtrArray *names)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < names->len; i++) {
        char *name = g_ptr_array_index(names, i);
        if (name[0] == '\0' || g_hash_table_contains(seen, name)) {
            g_free(name);
            names->pdata[i] = NULL;
        } else {
            g_hash_table_add(seen, name);
        }
    }
}

/* Reads the first `wanted` points; what comes after them is not looked at. */
static bool read_points(Reader *reader, GError **error)
{
    GError *cause = NULL;
    bool is_data = false, is_first = true;
    while (reader->places->len < reader->wanted && table_text_next(reader->table, &cause)) {
        if (is_first && !read_head(reader, &is_data, error)) {
            return false;
        }
        if ((!is_first || is_data) && !read_point(reader, error)) {
            return false;
        }
        is_first = false;
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    if (reader->places->len < reader->wanted) {
        return skein_refuse(
            error, "%s:%u: found %u points, expected at least %u, one for each peer", reader->name,
            MAX(table_text_line(reader->table), 1), reader->places->len, reader->wanted);
    }
    return true;
}

/* A lower bound: the nearest two peers, less what rounding may have done. */
static void find_lower_bound(CoordinateSource *source, uint32_t peers)
{
    const double square = geography_closest_square(source->places, peers);
    if (peers < 2) {
        source->lower_bound = source->floor;
        return;
    }
    /* Chords are shorter than arcs. */
    const double distance = exact_sqrt(square);
    const double delay = source->is_globe ? distance * GEOGRAPHY_EARTH_RADIUS_KM *
                                                GEOGRAPHY_NS_PER_KM * source->detour
                                          : distance * (double)SIM_MILLISECOND;
    const SimDuration least = exact_integer(delay * (1 - 1e-9)) - 1;
    source->lower_bound = MAX(least + source->access, source->floor);
}

static LatencySource *coordinates_new(const CallText *call, const LatencyContext *context,
                                      LatencyNotes *notes, GError **error)
{
    static const char *const keys[] = {"access", "detour", "min", NULL};
    SimDuration access = 0, least = SIM_MICROSECOND;
    double detour = GEOGRAPHY_DETOUR;
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!call_text_expect(call, 1, 1, keys, USAGE, error) ||
        !latency_option_duration(call, "access", &access, error) ||
        !latency_option_duration(call, "min", &least, error) ||
        !latency_option_number(call, "detour", 1, 100, &detour, error)) {
        return NULL;
    }
    const char *name = call_text_argument(call, 0);
    if (!latency_read_file(name, context, notes, &text, &size_bytes, error)) {
        return NULL;
    }
    g_autoptr(TableText) table = table_text_new(text, size_bytes, name);
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    Reader reader = {
        .table = table, .name = name, .places = places, .names = names, .wanted = context->peers};
    if (!read_points(&reader, error)) {
        return NULL;
    }
    CoordinateSource *source = g_new0(CoordinateSource, 1);
    source->base.kind = &LATENCY_coordinates;
    source->places = (Place *)(void *)g_array_free(g_steal_pointer(&places), FALSE);
    drop_repeated_names(names);
    source->names = names->len > 0 ? g_steal_pointer(&names) : NULL;
    source->is_globe = reader.columns.is_globe;
    source->detour = detour;
    source->access = access > INT64_MAX / 4 ? INT64_MAX / 2 : 2 * access;
    source->floor = least;
    find_lower_bound(source, context->peers);
    return &source->base;
}

const LatencySourceKind LATENCY_coordinates = {
    .name = "coordinates",
    .usage = USAGE,
    .new = coordinates_new,
    .free = coordinate_source_free,
    .delay = coordinates_delay,
    .minimum = coordinates_minimum,
    .lower_bound = coordinates_lower_bound,
    .peer_name = coordinates_peer_name,
};
