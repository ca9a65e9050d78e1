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
            if (reader->columns[i].type == TOPOLOGY_TEXT) {
                const Text text = topology_reader_text(reader, i);
                output_xml(output, text.bytes, text.size_bytes);
            } else {
                topology_reader_write_number(reader, i, output);
            }
            output_text(output, "\"/>");
        }
    }
    output_text(output, "</attvalues>");
}

static bool write_nodes(const ExportSource *source, Output *output, GError **error)
{
    GError *problem = NULL;
    g_auto(TopologyReader) nodes = {0};
    if (!topology_reader_begin_nodes(&nodes, source, error)) {
        return false;
    }
    output_text(output, "<nodes>\n");
    while (!output_has_failed(output) && topology_reader_next(&nodes, &problem)) {
        output_text(output, "<node id=\"");
        output_integer(output, topology_reader_id(&nodes, 0));
        output_text(output, "\" label=\"");
        const Text name = topology_reader_text(&nodes, 0); /* the first column */
        output_xml(output, name.bytes, name.size_bytes);
        output_text(output, "\">");
        write_values(output, &nodes);
        output_text(output, "</node>\n");
    }
    output_text(output, "</nodes>\n");
    return export_is_clean(problem, error);
}

static bool write_edges(const ExportSource *source, Output *output, GError **error)
{
    GError *problem = NULL;
    g_auto(TopologyReader) edges = {0};
    if (!topology_reader_begin_edges(&edges, source, error)) {
        return false;
    }
    output_text(output, "<edges>\n");
    for (int64_t id = 0; !output_has_failed(output) && topology_reader_next(&edges, &problem);
         id++) {
        output_text(output, "<edge id=\"");
        output_integer(output, id);
        output_text(output, "\" source=\"");
        output_integer(output, topology_reader_id(&edges, 0));
        output_text(output, "\" target=\"");
        output_integer(output, topology_reader_id(&edges, 1));
        output_text(output, "\">");
        write_values(output, &edges);
        output_text(output, "</edge>\n");
    }
    output_text(output, "</edges>\n");
    return export_is_clean(problem, error);
}

static bool write_gexf(const ExportSource *source, Output *output, GError **error)
{
    output_text(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<gexf xmlns=\"http://www.gexf.net/1.2draft\" version=\"1.2\">\n"
                        "<graph mode=\"static\" defaultedgetype=\"directed\">\n");
    write_columns(output, "node", TOPOLOGY_NODES, TOPOLOGY_NODE_COLUMNS);
    write_columns(output, "edge", TOPOLOGY_EDGES, TOPOLOGY_EDGE_COLUMNS);
    if (!write_nodes(source, output, error) || !write_edges(source, output, error)) {
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
