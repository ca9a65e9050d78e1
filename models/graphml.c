/* SPDX-License-Identifier: MIT */
/* A GMarkup reader. Edges may come before their nodes, so ends are resolved when the document is
 * over. */
#include "models/graphml.h"

#include "sim/error.h"
#include "sim/exact_math.h"
#include "sim/value_text.h"

#include <string.h>

/* What an attribute means to us. */
typedef enum Meaning {
    MEANS_NOTHING,
    MEANS_LABEL,
    MEANS_LATITUDE,
    MEANS_LONGITUDE,
    MEANS_LATENCY,
    MEANS_LOSS,
    MEANS_BANDWIDTH,
} Meaning;

typedef struct Key {
    Meaning meaning;
    bool is_for_nodes, is_for_edges;
    char *fallback; /* its default, or NULL */
} Key;

/* Values of the node or edge that is open, by meaning; NULL: not given. */
typedef struct Values {
    char *text[MEANS_BANDWIDTH + 1];
} Values;

typedef struct PendingEdge {
    char *source, *target;
    GraphEdge edge;
    bool is_directed;
    int line;
} PendingEdge;

typedef struct Reader {
    const char *name;
    const GraphmlOptions *options;
    GMarkupParseContext *context;
    GHashTable *keys;  /* id to Key */
    GHashTable *nodes; /* id to number */
    GArray *edges;     /* of PendingEdge */
    Graph *graph;      /* nodes only, until the end */
    bool is_directed;  /* edgedefault */
    unsigned graph_depth;
    bool has_graph;
    /* The node or edge that is open. */
    bool in_node, in_edge;
    uint32_t node;
    Values values;
    Key *key;         /* the key that is open */
    Meaning meaning;  /* of the data element that is open */
    GString *content; /* text of data or default; NULL: not collected */
} Reader;

static const char *const NAMES[][3] = {
    [MEANS_LABEL] = {"label", "name", NULL},
    [MEANS_LATITUDE] = {"latitude", "lat", NULL},
    [MEANS_LONGITUDE] = {"longitude", "lon", NULL},
    [MEANS_LATENCY] = {"latency", "delay", NULL},
    [MEANS_LOSS] = {"packet_loss", "loss", NULL},
    [MEANS_BANDWIDTH] = {"bandwidth", "LinkSpeedRaw", NULL},
};

static void key_free(void *data)
{
    Key *key = data;
    g_free(key->fallback);
    g_free(key);
}

static void pending_edge_clear(void *data)
{
    PendingEdge *edge = data;
    g_free(edge->source);
    g_free(edge->target);
}

static bool refuse_here(const Reader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static bool refuse_here(const Reader *reader, GError **error, const char *format, ...)
{
    int line = 0, column = 0;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_markup_parse_context_get_position(reader->context, &line, &column);
    return skein_refuse(error, "%s:%d:%d: %s", reader->name, line, column, message);
}

static const char *find_attribute(const char **names, const char **values, const char *name)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            return values[i];
        }
    }
    return NULL;
}

static void start_key(Reader *reader, const char **names, const char **values, GError **error)
{
    const char *id = find_attribute(names, values, "id");
    const char *name = find_attribute(names, values, "attr.name");
    const char *owner = find_attribute(names, values, "for");
    if (id == NULL) {
        refuse_here(reader, error, "found a key without an id");
        return;
    }
    Key *key = g_new0(Key, 1);
    const bool is_for_all = owner == NULL || strcmp(owner, "all") == 0;
    key->is_for_nodes = is_for_all || strcmp(owner, "node") == 0;
    key->is_for_edges = is_for_all || strcmp(owner, "edge") == 0;
    for (unsigned meaning = MEANS_LABEL; meaning <= MEANS_BANDWIDTH && name != NULL; meaning++) {
        for (unsigned i = 0; NAMES[meaning][i] != NULL; i++) {
            if (g_ascii_strcasecmp(name, NAMES[meaning][i]) == 0) {
                key->meaning = (Meaning)meaning;
            }
        }
    }
    g_hash_table_replace(reader->keys, g_strdup(id), key);
    reader->key = key;
}

/* Forgets the last element's values and takes the defaults of the keys for this kind. */
static void begin_values(Reader *reader)
{
    GHashTableIter iterator;
    gpointer value = NULL;
    for (unsigned i = 0; i <= MEANS_BANDWIDTH; i++) {
        g_clear_pointer(&reader->values.text[i], g_free);
    }
    /* The order does not matter unless two keys have one meaning; then the smaller text wins. */
    g_hash_table_iter_init(&iterator, reader->keys);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const Key *key = value;
        char **text = &reader->values.text[key->meaning];
        if (key->fallback != NULL && (reader->in_node ? key->is_for_nodes : key->is_for_edges) &&
            (*text == NULL || strcmp(key->fallback, *text) < 0)) {
            g_free(*text);
            *text = g_strdup(key->fallback);
        }
    }
}

static void start_node(Reader *reader, const char **names, const char **values, GError **error)
{
    const char *id = find_attribute(names, values, "id");
    if (id == NULL) {
        refuse_here(reader, error, "found a node without an id");
        return;
    }
    if (g_hash_table_contains(reader->nodes, id)) {
        refuse_here(reader, error, "found the node '%s' twice", id);
        return;
    }
    reader->node = graph_add_node(reader->graph, NULL);
    g_hash_table_insert(reader->nodes, g_strdup(id), GUINT_TO_POINTER(reader->node));
    reader->in_node = true;
    begin_values(reader);
}

static void start_edge(Reader *reader, const char **names, const char **values, GError **error)
{
    const char *source = find_attribute(names, values, "source");
    const char *target = find_attribute(names, values, "target");
    const char *directed = find_attribute(names, values, "directed");
    if (source == NULL || target == NULL) {
        refuse_here(reader, error, "found an edge without a %s",
                    source == NULL ? "source" : "target");
        return;
    }
    PendingEdge edge = {.source = g_strdup(source), .target = g_strdup(target)};
    edge.is_directed = directed != NULL ? strcmp(directed, "true") == 0 : reader->is_directed;
    g_markup_parse_context_get_position(reader->context, &edge.line, NULL);
    g_array_append_val(reader->edges, edge);
    reader->in_edge = true;
    begin_values(reader);
}

static void start_graph(Reader *reader, const char **names, const char **values, GError **error)
{
    const char *kind = find_attribute(names, values, "edgedefault");
    reader->graph_depth++;
    if (reader->graph_depth == 1 && reader->has_graph) {
        refuse_here(reader, error, "found a second graph, expected one");
        return;
    }
    reader->has_graph = true;
    if (reader->graph_depth > 1) {
        refuse_here(reader, error, "found a graph inside a graph, which is not supported");
    } else if (kind != NULL && strcmp(kind, "directed") != 0 && strcmp(kind, "undirected") != 0) {
        refuse_here(reader, error, "edgedefault: found '%s', expected directed or undirected",
                    kind);
    } else {
        reader->is_directed = kind != NULL && strcmp(kind, "directed") == 0;
    }
}

static void start_element(GMarkupParseContext *context, const char *element, const char **names,
                          const char **values, gpointer data, GError **error)
{
    Reader *reader = data;
    (void)context;
    if (strcmp(element, "graph") == 0) {
        start_graph(reader, names, values, error);
    } else if (strcmp(element, "key") == 0) {
        start_key(reader, names, values, error);
    } else if (strcmp(element, "node") == 0 || strcmp(element, "edge") == 0) {
        if (reader->graph_depth == 0 || reader->in_node || reader->in_edge) {
            refuse_here(reader, error, "found an element %s where none can be", element);
        } else if (element[0] == 'n') {
            start_node(reader, names, values, error);
        } else {
            start_edge(reader, names, values, error);
        }
    } else if (strcmp(element, "hyperedge") == 0) {
        refuse_here(reader, error, "found a hyperedge, which is not supported");
    } else if (strcmp(element, "data") == 0 && (reader->in_node || reader->in_edge)) {
        const char *id = find_attribute(names, values, "key");
        const Key *key = id != NULL ? g_hash_table_lookup(reader->keys, id) : NULL;
        if (key == NULL) {
            refuse_here(reader, error, "found data of the key '%s', which is not declared",
                        id != NULL ? id : "");
            return;
        }
        reader->meaning = key->meaning;
        g_string_truncate(reader->content, 0);
    } else if (strcmp(element, "default") == 0 && reader->key != NULL) {
        g_string_truncate(reader->content, 0);
    }
}

/* A coordinate within its range, in degrees. */
static bool read_degrees(const Reader *reader, Meaning meaning, double largest, double *ret_value,
                         GError **error)
{
    const char *text = reader->values.text[meaning];
    if (!value_parse_number(text, ret_value, NULL) || !(*ret_value >= -largest) ||
        !(*ret_value <= largest)) {
        return refuse_here(reader, error, "%s: found '%s', expected degrees from -%g to %g",
                           NAMES[meaning][0], text, largest, largest);
    }
    return true;
}

static void end_node(Reader *reader, GError **error)
{
    const char *const *text = (const char *const *)reader->values.text;
    double latitude = 0, longitude = 0;
    reader->in_node = false;
    if (text[MEANS_LABEL] != NULL && text[MEANS_LABEL][0] != '\0') {
        graph_set_name(reader->graph, reader->node, text[MEANS_LABEL]);
    }
    if (text[MEANS_LATITUDE] == NULL || text[MEANS_LONGITUDE] == NULL) {
        return;
    }
    if (read_degrees(reader, MEANS_LATITUDE, 90, &latitude, error) &&
        read_degrees(reader, MEANS_LONGITUDE, 180, &longitude, error)) {
        graph_set_location(reader->graph, reader->node, latitude, longitude);
    }
}

/* A rate, or as in the Internet Topology Zoo a bare number of bits per second. */
static void read_bandwidth(Reader *reader, GraphEdge *edge, GError **error)
{
    const char *text = reader->values.text[MEANS_BANDWIDTH];
    double number;
    if (text == NULL) {
        return;
    }
    if (value_parse_number(text, &number, NULL)) {
        edge->bandwidth_bits_per_second = exact_integer(number);
    } else if (!value_parse(text, VALUE_RATE, &edge->bandwidth_bits_per_second, NULL)) {
        refuse_here(reader, error, "bandwidth: found '%s', expected a rate such as 10Gbit/s", text);
        return;
    }
    if (edge->bandwidth_bits_per_second < 1) {
        refuse_here(reader, error, "bandwidth: found '%s', expected a rate above 0", text);
    }
}

static void end_edge(Reader *reader, GError **error)
{
    PendingEdge *pending = &g_array_index(reader->edges, PendingEdge, reader->edges->len - 1);
    const char *latency = reader->values.text[MEANS_LATENCY];
    const char *loss = reader->values.text[MEANS_LOSS];
    GError *cause = NULL;
    reader->in_edge = false;
    if (latency != NULL) {
        const bool is_bare = latency[strspn(latency, "0123456789.+-eE ")] == '\0';
        const bool has_unit = reader->options->unit != NULL;
        g_autofree char *text =
            g_strconcat(latency, is_bare && has_unit ? reader->options->unit : "", NULL);
        if (!value_parse(text, VALUE_DURATION, &pending->edge.latency, &cause)) {
            refuse_here(reader, error, "latency: %s%s", cause->message,
                        is_bare && !has_unit ? ", or the option unit=ms" : "");
            g_error_free(cause);
            return;
        }
        if (pending->edge.latency < 1) {
            refuse_here(reader, error, "latency: found '%s', expected at least 1ns", latency);
            return;
        }
    }
    if (loss != NULL && !value_parse_probability(loss, &pending->edge.loss, &cause)) {
        refuse_here(reader, error, "loss: %s", cause->message);
        g_error_free(cause);
        return;
    }
    read_bandwidth(reader, &pending->edge, error);
}

static void end_element(GMarkupParseContext *context, const char *element, gpointer data,
                        GError **error)
{
    Reader *reader = data;
    (void)context;
    if (strcmp(element, "graph") == 0) {
        reader->graph_depth--;
    } else if (strcmp(element, "key") == 0) {
        reader->key = NULL;
    } else if (strcmp(element, "default") == 0 && reader->key != NULL) {
        g_free(reader->key->fallback);
        reader->key->fallback = g_strdup(g_strstrip(reader->content->str));
    } else if (strcmp(element, "data") == 0 && (reader->in_node || reader->in_edge)) {
        g_free(reader->values.text[reader->meaning]);
        reader->values.text[reader->meaning] = g_strdup(g_strstrip(reader->content->str));
    } else if (strcmp(element, "node") == 0 && reader->in_node) {
        end_node(reader, error);
    } else if (strcmp(element, "edge") == 0 && reader->in_edge) {
        end_edge(reader, error);
    }
}

static void take_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                      GError **error)
{
    Reader *reader = data;
    (void)context;
    (void)error;
    g_string_append_len(reader->content, text, (gssize)length);
}

/* The graph of the nodes read, with the edges' ends resolved. */
static Graph *make_graph(Reader *reader, GError **error)
{
    bool is_directed = false;
    for (guint i = 0; i < reader->edges->len; i++) {
        is_directed |= g_array_index(reader->edges, PendingEdge, i).is_directed;
    }
    g_autoptr(Graph) graph = graph_new(is_directed);
    for (uint32_t i = 0; i < graph_node_count(reader->graph); i++) {
        double latitude = 0, longitude = 0;
        graph_add_node(graph, graph_name(reader->graph, i));
        if (graph_location(reader->graph, i, &latitude, &longitude)) {
            graph_set_location(graph, i, latitude, longitude);
        }
    }
    for (guint i = 0; i < reader->edges->len; i++) {
        const PendingEdge *pending = &g_array_index(reader->edges, PendingEdge, i);
        GraphEdge edge = pending->edge;
        gpointer from = NULL, to = NULL;
        const bool has_from =
            g_hash_table_lookup_extended(reader->nodes, pending->source, NULL, &from);
        if (!has_from || !g_hash_table_lookup_extended(reader->nodes, pending->target, NULL, &to)) {
            skein_refuse(error, "%s:%d: found an edge to the node '%s', which is not there",
                         reader->name, pending->line, has_from ? pending->target : pending->source);
            return NULL;
        }
        edge.from = GPOINTER_TO_UINT(from);
        edge.to = GPOINTER_TO_UINT(to);
        graph_add_edge(graph, &edge);
        if (is_directed && !pending->is_directed && edge.from != edge.to) {
            const GraphEdge back = {edge.to, edge.from, edge.latency, edge.loss,
                                    edge.bandwidth_bits_per_second};
            graph_add_edge(graph, &back);
        }
    }
    graph_finish(graph);
    return g_steal_pointer(&graph);
}

/* A markup error says its place in words; ours begins with it. */
static void take_markup_error(const Reader *reader, GError *cause, GError **error)
{
    if (cause->domain == SKEIN_ERROR) {
        g_propagate_error(error, cause);
        return;
    }
    refuse_here(reader, error, "no well-formed GraphML: %s", cause->message);
    g_error_free(cause);
}

Graph *graphml_parse(const char *text, size_t size_bytes, const char *name,
                     const GraphmlOptions *options, GPtrArray *warnings, GError **error)
{
    static const GMarkupParser parser = {
        .start_element = start_element, .end_element = end_element, .text = take_text};
    Reader reader = {.name = name, .options = options};
    Graph *graph = NULL;
    GError *cause = NULL;
    (void)warnings;
    reader.keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, key_free);
    reader.nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader.edges = g_array_new(FALSE, FALSE, sizeof(PendingEdge));
    g_array_set_clear_func(reader.edges, pending_edge_clear);
    reader.graph = graph_new(false);
    reader.content = g_string_new(NULL);
    reader.context = g_markup_parse_context_new(&parser, 0, &reader, NULL);
    if (!g_markup_parse_context_parse(reader.context, text, (gssize)size_bytes, &cause) ||
        !g_markup_parse_context_end_parse(reader.context, &cause)) {
        take_markup_error(&reader, cause, error);
    } else if (graph_node_count(reader.graph) == 0) {
        refuse_here(&reader, error, "found no nodes, expected a graph");
    } else {
        graph = make_graph(&reader, error);
    }
    for (unsigned i = 0; i <= MEANS_BANDWIDTH; i++) {
        g_free(reader.values.text[i]);
    }
    g_markup_parse_context_free(reader.context);
    g_string_free(reader.content, TRUE);
    graph_free(reader.graph);
    g_array_unref(reader.edges);
    g_hash_table_unref(reader.nodes);
    g_hash_table_unref(reader.keys);
    return graph;
}
