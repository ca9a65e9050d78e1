/* SPDX-License-Identifier: MIT */
/* The topology as GraphML (http://graphml.graphdrawing.org/specification.html). Readers disagree
 * about <default>, so none is declared and every value that there is is written. */
#include "analysis/topology_reader.h"

static void write_keys(Output *output, const char *kind, const TopologyColumn *columns, int count)
{
    static const char *const types[] = {
        [TOPOLOGY_TEXT] = "string", [TOPOLOGY_INTEGER] = "long", [TOPOLOGY_NUMBER] = "double"};
    for (int i = 0; i < count; i++) {
        output_text(output, "<key id=\"");
        output_character(output, kind[0]);
        output_integer(output, i);
        output_text(output, "\" for=\"");
        output_text(output, kind);
        output_text(output, "\" attr.name=\"");
        output_text(output, columns[i].name);
        output_text(output, "\" attr.type=\"");
        output_text(output, types[columns[i].type]);
        output_text(output, "\"/>\n");
    }
}

static void write_values(Output *output, const TopologyReader *reader, char key)
{
    for (int i = 0; i < reader->column_count; i++) {
        if (topology_reader_has_value(reader, i)) {
            output_text(output, "<data key=\"");
            output_character(output, key);
            output_integer(output, i);
            output_text(output, "\">");
            topology_reader_write_xml(reader, i, output);
            output_text(output, "</data>");
        }
    }
}

static void write_node(Output *output, const TopologyReader *node)
{
    output_text(output, "<node id=\"");
    output_integer(output, topology_reader_id(node, 0));
    output_text(output, "\">");
    write_values(output, node, 'n');
    output_text(output, "</node>\n");
}

static void write_edge(Output *output, const TopologyReader *edge, int64_t number)
{
    (void)number;
    output_text(output, "<edge source=\"");
    output_integer(output, topology_reader_id(edge, 0));
    output_text(output, "\" target=\"");
    output_integer(output, topology_reader_id(edge, 1));
    output_text(output, "\">");
    write_values(output, edge, 'e');
    output_text(output, "</edge>\n");
}

static const TopologyFormat FORMAT = {"", "", "", "", write_node, write_edge};

static bool write_graphml(const ExportSource *source, Output *output, GError **error)
{
    output_text(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
    write_keys(output, "node", TOPOLOGY_NODES, TOPOLOGY_NODE_COLUMNS);
    write_keys(output, "edge", TOPOLOGY_EDGES, TOPOLOGY_EDGE_COLUMNS);
    output_text(output, "<graph id=\"topology\" edgedefault=\"directed\">\n");
    if (!topology_write(source, output, &FORMAT, error)) {
        return false;
    }
    output_text(output, "</graph>\n</graphml>\n");
    return true;
}

const ExportFormat EXPORT_graphml = {
    .name = "graphml",
    .help = "the topology, for NetworkX, igraph, yEd, Gephi and Cytoscape",
    .ending = ".graphml",
    .needs = {"peer", "link"},
    .write = write_graphml,
};
