/* SPDX-License-Identifier: MIT */
/* Peers as nodes and the directions between them as edges, with what was set and what was measured:
 * what the formats for graphs have in common.
 *
 * Nodes are the peers, and whoever else an edge names. An edge is a direction that has a link, a
 * message or a connection. All attributes stand in tables, so that a format walks them by index.
 * Measured values are those of the selected messages. */
#ifndef ANALYSIS_TOPOLOGY_READER_H
#define ANALYSIS_TOPOLOGY_READER_H

#include "analysis/export.h"

typedef enum TopologyType { TOPOLOGY_TEXT, TOPOLOGY_INTEGER, TOPOLOGY_NUMBER } TopologyType;

typedef struct TopologyColumn {
    const char *name;
    TopologyType type;
} TopologyColumn;

#define TOPOLOGY_NODE_COLUMNS 6
#define TOPOLOGY_EDGE_COLUMNS 10

extern const TopologyColumn TOPOLOGY_NODES[TOPOLOGY_NODE_COLUMNS];
extern const TopologyColumn TOPOLOGY_EDGES[TOPOLOGY_EDGE_COLUMNS];

typedef struct TopologyReader {
    sqlite3_stmt *row; /* the id or the two ids, then the columns */
    const TopologyColumn *columns;
    int id_count, column_count;
} TopologyReader;

bool topology_reader_begin_nodes(TopologyReader *reader, const ExportSource *source,
                                 GError **error);
bool topology_reader_begin_edges(TopologyReader *reader, const ExportSource *source,
                                 GError **error);
/* As database_step(). */
bool topology_reader_next(TopologyReader *reader, GError **error);
void topology_reader_clear(TopologyReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TopologyReader, topology_reader_clear)

/* Of the current row: the node, or the sender and the receiver of the edge. */
int64_t topology_reader_id(const TopologyReader *reader, int index);
bool topology_reader_has_value(const TopologyReader *reader, int column);
Text topology_reader_text(const TopologyReader *reader, int column);
/* Writes a number as it stands in every format: decimal, without a thousands mark. */
void topology_reader_write_number(const TopologyReader *reader, int column, Output *output);
/* Writes a value of any type as XML has it. */
void topology_reader_write_xml(const TopologyReader *reader, int column, Output *output);

/* How a format writes nodes and edges; edges are numbered from 0. */
typedef struct TopologyFormat {
    const char *before_nodes, *after_nodes, *before_edges, *after_edges;
    void (*write_node)(Output *output, const TopologyReader *node);
    void (*write_edge)(Output *output, const TopologyReader *edge, int64_t number);
} TopologyFormat;

/* All nodes, then all edges. */
bool topology_write(const ExportSource *source, Output *output, const TopologyFormat *format,
                    GError **error);

#endif
