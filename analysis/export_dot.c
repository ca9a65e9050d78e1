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

static void write_node(Output *output, const TopologyReader *node)
{
    output_text(output, "  ");
    write_id(output, topology_reader_id(node, 0));
    write_values(output, node);
}

static void write_edge(Output *output, const TopologyReader *edge, int64_t number)
{
    (void)number;
    output_text(output, "  ");
    write_id(output, topology_reader_id(edge, 0));
    output_text(output, " -> ");
    write_id(output, topology_reader_id(edge, 1));
    write_values(output, edge);
}

static const TopologyFormat FORMAT = {"", "", "", "", write_node, write_edge};

static bool write_dot(const ExportSource *source, Output *output, GError **error)
{
    const char *title = source->title == NULL ? "" : source->title;
    output_text(output, "digraph ");
    output_dot(output, title, strlen(title));
    output_text(output, " {\n");
    if (!topology_write(source, output, &FORMAT, error)) {
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
