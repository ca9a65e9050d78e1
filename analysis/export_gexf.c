/* SPDX-License-Identifier: MIT */
/* The topology as GEXF 1.2 (https://gexf.net), for Gephi. */
#include "analysis/topology_reader.h"

static void write_columns(Output *output, const char *kind, const TopologyColumn *columns,
                          int count)
{
    static const char *const types[] = {
        [TOPOLOGY_TEXT] = "string", [TOPOLOGY_INTEGER] = "long", [TOPOLOGY_NUMBER] = "double"};
    output_text(output, "<attributes class=\"");
    output_text(output, kind);
    output_text(output, "\">\n");
    for (int i = 0; i < count; i++) {
        output_text(output, "<attribute id=\"");
        output_integer(output, i);
        output_text(output, "\" title=\"");
        output_text(output, columns[i].name);
        output_text(output, "\" type=\"");
        output_text(output, types[columns[i].type]);
        output_text(output, "\"/>\n");
    }
    output_text(output, "</attributes>\n");
}

static void write_values(Output *output, const TopologyReader *reader)
{
    output_text(output, "<attvalues>");
    for (int i = 0; i < reader->column_count; i++) {
        if (topology_reader_has_value(reader, i)) {
            output_text(output, "<attvalue for=\"");
            output_integer(output, i);
            output_text(output, "\" value=\"");
            topology_reader_write_xml(reader, i, output);
            output_text(output, "\"/>");
        }
    }
    output_text(output, "</attvalues>");
}

static void write_node(Output *output, const TopologyReader *node)
{
    output_text(output, "<node id=\"");
    output_integer(output, topology_reader_id(node, 0));
    output_text(output, "\" label=\"");
    topology_reader_write_xml(node, 0, output); /* the name */
    output_text(output, "\">");
    write_values(output, node);
    output_text(output, "</node>\n");
}

static void write_edge(Output *output, const TopologyReader *edge, int64_t number)
{
    output_text(output, "<edge id=\"");
    output_integer(output, number);
    output_text(output, "\" source=\"");
    output_integer(output, topology_reader_id(edge, 0));
    output_text(output, "\" target=\"");
    output_integer(output, topology_reader_id(edge, 1));
    output_text(output, "\">");
    write_values(output, edge);
    output_text(output, "</edge>\n");
}

static const TopologyFormat FORMAT = {"<nodes>\n",  "</nodes>\n", "<edges>\n",
                                      "</edges>\n", write_node,   write_edge};

static bool write_gexf(const ExportSource *source, Output *output, GError **error)
{
    output_text(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<gexf xmlns=\"http://www.gexf.net/1.2draft\" version=\"1.2\">\n"
                        "<graph mode=\"static\" defaultedgetype=\"directed\">\n");
    write_columns(output, "node", TOPOLOGY_NODES, TOPOLOGY_NODE_COLUMNS);
    write_columns(output, "edge", TOPOLOGY_EDGES, TOPOLOGY_EDGE_COLUMNS);
    if (!topology_write(source, output, &FORMAT, error)) {
        return false;
    }
    output_text(output, "</graph>\n</gexf>\n");
    return true;
}

const ExportFormat EXPORT_gexf = {
    .name = "gexf",
    .help = "the topology, for Gephi",
    .ending = ".gexf",
    .needs = {"peer", "link"},
    .write = write_gexf,
};
