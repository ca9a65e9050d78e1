/* SPDX-License-Identifier: MIT */
/* Nodes and edges, each as one sorted query. */
#include "analysis/topology_reader.h"

#include <math.h>

const TopologyColumn TOPOLOGY_NODES[TOPOLOGY_NODE_COLUMNS] = {
    {"name", TOPOLOGY_TEXT},
    {"region", TOPOLOGY_TEXT},
    {"messages_sent", TOPOLOGY_INTEGER},
    {"bytes_sent", TOPOLOGY_INTEGER},
    {"messages_received", TOPOLOGY_INTEGER},
    {"bytes_received", TOPOLOGY_INTEGER},
};

const TopologyColumn TOPOLOGY_EDGES[TOPOLOGY_EDGE_COLUMNS] = {
    {"latency_ns_min", TOPOLOGY_INTEGER},
    {"loss", TOPOLOGY_NUMBER},
    {"rate_bits_per_second", TOPOLOGY_INTEGER},
    {"connections", TOPOLOGY_INTEGER},
    {"messages", TOPOLOGY_INTEGER},
    {"messages_delivered", TOPOLOGY_INTEGER},
    {"bytes", TOPOLOGY_INTEGER},
    {"measured_latency_ns_min", TOPOLOGY_INTEGER},
    {"measured_latency_ns_mean", TOPOLOGY_NUMBER},
    {"measured_latency_ns_max", TOPOLOGY_INTEGER},
};

#define LINKS "link WHERE run_id = ?1 AND is_wanted(sender_id, receiver_id)"
#define MESSAGES "message WHERE" EXPORT_MESSAGE_IS_SELECTED
#define CONNECTIONS                                                                                \
    "connection WHERE +run_id = ?1 AND opened_ns IS NOT NULL AND is_wanted(dialer_id, "            \
    "listener_id)"                                                                                 \
    " AND opened_ns <= ?4 AND ifnull(closed_ns, ?5) >= ?3"

/* Rows of all sources under one another, with 0 and NULL where a source has nothing to say, and one
 * sort for all: no table of sums that grows with the run. Of links and connections only ends that
 * are no peers of the run matter here. */
#define IS_NO_PEER(id)                                                                             \
    " AND NOT EXISTS (SELECT 1 FROM peer WHERE run_id = ?1 AND peer.id = " #id ")"

static const char NODES[] =
    "SELECT CAST(ifnull(id, 0) AS INTEGER), ifnull(nullif(max(name), ''),"
    " 'peer ' || CAST(ifnull(id, 0) AS INTEGER)), max(region), sum(sent), sum(bytes_sent),"
    " sum(received), sum(bytes_received) FROM ("
    "SELECT id, 0 AS sent, 0 AS bytes_sent, 0 AS received, 0 AS bytes_received, name, region"
    " FROM peer WHERE run_id = ?1 AND is_wanted(id)"
    " UNION ALL SELECT sender_id, 1, ifnull(size_bytes, 0), 0, 0, NULL, NULL FROM " MESSAGES
    " UNION ALL SELECT receiver_id, 0, 0, received_ns IS NOT NULL,"
    "  iif(received_ns IS NULL, 0, ifnull(size_bytes, 0)), NULL, NULL FROM " MESSAGES
    " UNION ALL SELECT sender_id, 0, 0, 0, 0, NULL, NULL FROM " LINKS IS_NO_PEER(
        sender_id) " UNION ALL SELECT receiver_id, 0, 0, 0, 0, NULL, NULL FROM " LINKS
        IS_NO_PEER(
            receiver_id) " UNION ALL SELECT dialer_id, 0, 0, 0, 0, NULL, NULL FROM " CONNECTIONS
            IS_NO_PEER(
                dialer_id) " UNION ALL SELECT listener_id, 0, 0, 0, 0, NULL, NULL FROM " CONNECTIONS
                IS_NO_PEER(listener_id) ") GROUP BY 1 ORDER BY 1";

static const char EDGES[] =
    "SELECT CAST(ifnull(sender, 0) AS INTEGER), CAST(ifnull(receiver, 0) AS INTEGER),"
    " max(latency), max(loss), max(rate), sum(connections), sum(messages),"
    " sum(delivered), sum(bytes), min(measured), avg(measured), max(measured) FROM ("
    "SELECT sender_id AS sender, receiver_id AS receiver, latency_ns_min AS latency, loss,"
    " rate_bits_per_second AS rate, 0 AS connections, 0 AS messages, 0 AS delivered, 0 AS bytes,"
    " NULL AS measured FROM " LINKS
    " UNION ALL SELECT sender_id, receiver_id, NULL, NULL, NULL, 0, 1, received_ns IS NOT NULL,"
    "  ifnull(size_bytes, 0), received_ns - sent_ns FROM " MESSAGES
    " UNION ALL SELECT dialer_id, listener_id, NULL, NULL, NULL, 1, 0, 0, 0, NULL FROM " CONNECTIONS
    ") GROUP BY 1, 2 ORDER BY 1, 2";

bool topology_reader_begin_nodes(TopologyReader *reader, const ExportSource *source, GError **error)
{
    *reader = (TopologyReader){export_prepare(source, NODES, error), TOPOLOGY_NODES, 1,
                               TOPOLOGY_NODE_COLUMNS};
    return reader->row != NULL;
}

bool topology_reader_begin_edges(TopologyReader *reader, const ExportSource *source, GError **error)
{
    *reader = (TopologyReader){export_prepare(source, EDGES, error), TOPOLOGY_EDGES, 2,
                               TOPOLOGY_EDGE_COLUMNS};
    return reader->row != NULL;
}

bool topology_reader_next(TopologyReader *reader, GError **error)
{
    return database_step(reader->row, error);
}

void topology_reader_clear(TopologyReader *reader)
{
    g_clear_pointer(&reader->row, sqlite3_finalize);
}

int64_t topology_reader_id(const TopologyReader *reader, int index)
{
    return sqlite3_column_int64(reader->row, index);
}

bool topology_reader_has_value(const TopologyReader *reader, int column)
{
    const int index = reader->id_count + column;
    return !database_is_null(reader->row, index) &&
           (reader->columns[column].type != TOPOLOGY_NUMBER ||
            isfinite(sqlite3_column_double(reader->row, index)));
}

Text topology_reader_text(const TopologyReader *reader, int column)
{
    return export_text(reader->row, reader->id_count + column);
}

void topology_reader_write_number(const TopologyReader *reader, int column, Output *output)
{
    const int index = reader->id_count + column;
    if (reader->columns[column].type == TOPOLOGY_INTEGER) {
        output_integer(output, sqlite3_column_int64(reader->row, index));
    } else {
        output_number(output, sqlite3_column_double(reader->row, index));
    }
}

void topology_reader_write_xml(const TopologyReader *reader, int column, Output *output)
{
    if (reader->columns[column].type == TOPOLOGY_TEXT) {
        const Text text = topology_reader_text(reader, column);
        output_xml(output, text.bytes, text.size_bytes);
    } else {
        topology_reader_write_number(reader, column, output);
    }
}

static bool write_nodes(const ExportSource *source, Output *output, const TopologyFormat *format,
                        GError **error)
{
    GError *problem = NULL;
    g_auto(TopologyReader) nodes = {0};
    if (!topology_reader_begin_nodes(&nodes, source, error)) {
        return false;
    }
    output_text(output, format->before_nodes);
    while (!output_has_failed(output) && topology_reader_next(&nodes, &problem)) {
        format->write_node(output, &nodes);
    }
    output_text(output, format->after_nodes);
    return export_is_clean(problem, error);
}

static bool write_edges(const ExportSource *source, Output *output, const TopologyFormat *format,
                        GError **error)
{
    GError *problem = NULL;
    g_auto(TopologyReader) edges = {0};
    if (!topology_reader_begin_edges(&edges, source, error)) {
        return false;
    }
    output_text(output, format->before_edges);
    for (int64_t number = 0; !output_has_failed(output) && topology_reader_next(&edges, &problem);
         number++) {
        format->write_edge(output, &edges, number);
    }
    output_text(output, format->after_edges);
    return export_is_clean(problem, error);
}

bool topology_write(const ExportSource *source, Output *output, const TopologyFormat *format,
                    GError **error)
{
    return write_nodes(source, output, format, error) && write_edges(source, output, format, error);
}
