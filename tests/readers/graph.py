# SPDX-License-Identifier: MIT
# graph.py READER FILE: reads a topology with networkx-graphml, networkx-gexf or igraph-graphml, and prints nodes, edges,
# messages, messages that were delivered, bytes, the sum of the links' least latencies, messages that the nodes sent and
# received, and the names of the nodes.
import sys
import zlib

import igraph
import networkx


def read_networkx(graph):
    assert graph.is_directed() and not graph.is_multigraph()
    return [data for _, data in graph.nodes(data=True)], [data for _, _, data in graph.edges(data=True)]


def read(reader, path):
    if reader == "networkx-graphml":
        return read_networkx(networkx.read_graphml(path))
    if reader == "networkx-gexf":
        return read_networkx(networkx.read_gexf(path))
    graph = igraph.Graph.Read_GraphML(path)
    assert graph.is_directed()
    return [node.attributes() for node in graph.vs], [edge.attributes() for edge in graph.es]


def total(rows, key):
    values = [row[key] for row in rows if row.get(key) is not None]
    return int(sum(value for value in values if value == value))


nodes, edges = read(sys.argv[1], sys.argv[2])
names = sorted(node["name"] for node in nodes)
print(len(nodes), len(edges), total(edges, "messages"), total(edges, "messages_delivered"), total(edges, "bytes"),
      total(edges, "latency_ns_min"), total(nodes, "messages_sent"), total(nodes, "messages_received"),
      zlib.crc32("\n".join(names).encode()))
