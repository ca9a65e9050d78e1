/* SPDX-License-Identifier: MIT */
/* The kinds of topology: X(identifier, name) expects TOPOLOGY_identifier of type TopologyKind. */
X(FULL_MESH, "full-mesh")
X(RING, "ring")
X(LINE, "line")
X(STAR, "star")
X(GRID, "grid")
X(TREE, "tree")
X(RANDOM_REGULAR, "random-regular")
X(ERDOS_RENYI, "erdos-renyi")
X(SMALL_WORLD, "small-world")
X(SCALE_FREE, "scale-free")
X(EDGE_LIST, "edge-list")
X(GRAPHML, "graphml")
