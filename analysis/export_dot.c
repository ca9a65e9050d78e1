/* SPDX-License-Identifier: MIT */
/* The topology in the DOT language (https://graphviz.org/doc/info/lang.html). Ids and values are
 * always quoted. Attributes have the names of the columns, which graphviz carries along; the label
 * is the peer's name. */
#include "analysis/topology_reader.h"

#include <string.h>

static void write_id(Output *output, int64_t id)
{
    output_character(output, '"');
    output_integer(output, id);
    output_character(output, '"');
}

static void write_values(Output *output, const TopologyReader *reader)
{
    const char *before = " [";
    for (int i = 0; i < reader->column_count; i++) {
        const bool is_text = reader->columns[i].type == TOPOLOGY_TEXT;
        const Text text = topology_reader_text(reader, i);
        if (topology_reader_has_value(reader, i) && (!is_text || text.size_bytes > 0)) {
            output_text(output, before);
            output_text(output, is_text && i == 0 ? "label" : reader->columns[i].name);
            output_character(output, '=');
            if (is_text) {
                output_dot(output, text.bytes, text.size_bytes);
            } else {
                output_character(output, '"');
                topology_reader_write_number(reader, i, output);
                output_character(output, '"');
            }
            before = ", ";
        }
    }
    output_text(output, before[0] == ',' ? "];\n" : ";\n");
}

static bool write_nodes(const ExportSource *source, Output *output, GError **error)
{
    GError *problem = NULL;
    g_auto(TopologyReader) nodes = {0};
    if (!topology_reader_begin_nodes(&nodes, source, error)) {
        return false;
    }
    while (!output_has_failed(output) && topology_reader_next(&nodes, &problem)) {
        output_text(output, "  ");
        write_id(output, topology_reader_id(&nodes, 0));
        write_values(output, &nodes);
    }
    return export_is_clean(problem, error);
}

static bool write_edges(const ExportSource *source, Output *output, GError **error)
{
    GError *problem = NULL;
    g_auto(TopologyReader) edges = {0};
    if (!topology_reader_begin_edges(&edges, source, error)) {
        return false;
    }
    while (!output_has_failed(output) && topology_reader_next(&edges, &problem)) {
        output_text(output, "  ");
        write_id(output, topology_reader_id(&edges, 0));
        output_text(output, " -> ");
        write_id(output, topology_reader_id(&edges, 1));
        write_values(output, &edges);
    }
    return export_is_clean(problem, error);
}

static bool write_dot(const ExportSource *source, Output *output, GError **error)
{
    const char *title = source->title == NULL ? "" : source->title;
    output_text(output, "digraph ");
    output_dot(output, title, strlen(title));
    output_text(output, " {\n");
    if (!write_nodes(source, output, error) || !write_edges(source, output, error)) {
        return false;
    }
    output_text(output, "}\n");
    return true;
}

const ExportFormat EXPORT_dot = {
    .name = "dot",
    .help = "the topology, for Graphviz",
    .ending = ".dot",
    .needs = {"peer", "link"},
    .write = write_dot,
};
