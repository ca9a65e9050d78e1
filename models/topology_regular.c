/* SPDX-License-Identifier: MIT */
/* The topologies that are arithmetic. Each gives its neighbours in ascending order. */
#include "models/topology_kind.h"

#include "sim/error.h"

/* -- Full mesh: everybody but oneself. */

static uint32_t full_mesh_degree(const TopologyShape *shape, EntityId peer)
{
    (void)peer;
    return shape->peers - 1;
}

static EntityId full_mesh_neighbour(const TopologyShape *shape, EntityId peer, uint32_t k)
{
    (void)shape;
    return k < peer ? k : k + 1;
}

static uint64_t full_mesh_edge_count(const TopologyShape *shape)
{
    return (uint64_t)shape->peers * (shape->peers - 1) / 2;
}

const TopologyKind TOPOLOGY_FULL_MESH = {
    .name = "full-mesh",
    .help = "every pair",
    .degree = full_mesh_degree,
    .neighbour = full_mesh_neighbour,
    .edge_count = full_mesh_edge_count,
};

/* -- Line: 0-1-2-... */

static uint32_t line_degree(const TopologyShape *shape, EntityId peer)
{
    return (peer > 0 ? 1U : 0U) + (peer + 1 < shape->peers ? 1U : 0U);
}

static EntityId line_neighbour(const TopologyShape *shape, EntityId peer, uint32_t k)
{
    (void)shape;
    return k == 0 && peer > 0 ? peer - 1 : peer + 1;
}

static uint64_t line_edge_count(const TopologyShape *shape)
{
    return shape->peers - 1;
}

const TopologyKind TOPOLOGY_LINE = {
    .name = "line",
    .help = "each peer and the next",
    .degree = line_degree,
    .neighbour = line_neighbour,
    .edge_count = line_edge_count,
};

/* -- Ring: a line whose ends meet, from three peers on. */

static uint32_t ring_degree(const TopologyShape *shape, EntityId peer)
{
    return shape->peers > 2 ? 2 : line_degree(shape, peer);
}

static EntityId ring_neighbour(const TopologyShape *shape, EntityId peer, uint32_t k)
{
    const EntityId last = shape->peers - 1;
    if (shape->peers < 3 || (peer > 0 && peer < last)) {
        return line_neighbour(shape, peer, k);
    }
    return peer == 0 ? (k == 0 ? 1 : last) : (k == 0 ? 0 : last - 1);
}

static uint64_t ring_edge_count(const TopologyShape *shape)
{
    return shape->peers > 2 ? shape->peers : shape->peers - 1;
}

const TopologyKind TOPOLOGY_RING = {
    .name = "ring",
    .help = "each peer and the next, the last and the first",
    .degree = ring_degree,
    .neighbour = ring_neighbour,
    .edge_count = ring_edge_count,
};

/* -- Star: peer 0 in the middle. */

static uint32_t star_degree(const TopologyShape *shape, EntityId peer)
{
    return peer == 0 ? shape->peers - 1 : 1;
}

static EntityId star_neighbour(const TopologyShape *shape, EntityId peer, uint32_t k)
{
    (void)shape;
    return peer == 0 ? k + 1 : 0;
}

const TopologyKind TOPOLOGY_STAR = {
    .name = "star",
    .help = "peer 0 and each other",
    .degree = star_degree,
    .neighbour = star_neighbour,
    .edge_count = line_edge_count,
};

/* -- Tree: the children of i are i * arity + 1 and so on. */

static uint32_t tree_children(const TopologyShape *shape, EntityId peer)
{
    const uint64_t first = (uint64_t)peer * shape->arity + 1;
    return first >= shape->peers ? 0 : (uint32_t)MIN(shape->peers - first, shape->arity);
}

static uint32_t tree_degree(const TopologyShape *shape, EntityId peer)
{
    return (peer > 0 ? 1U : 0U) + tree_children(shape, peer);
}

static EntityId tree_neighbour(const TopologyShape *shape, EntityId peer, uint32_t k)
{
    if (peer > 0 && k == 0) {
        return (peer - 1) / shape->arity;
    }
    return peer * shape->arity + 1 + (peer > 0 ? k - 1 : k);
}

const TopologyKind TOPOLOGY_TREE = {
    .name = "tree",
    .help = "rooted at peer 0, each inner peer with 'arity' children",
    .degree = tree_degree,
    .neighbour = tree_neighbour,
    .edge_count = line_edge_count,
};

/* -- Grid: row by row. */

static bool grid_check(const TopologyShape *shape, GError **error)
{
    if (shape->wrap && shape->peers % shape->columns != 0) {
        return skein_refuse(error,
                            "found %u peers in %u columns, expected full rows when the grid wraps",
                            shape->peers, shape->columns);
    }
    return true;
}

/* Up to four neighbours in ascending order; returns how many. */
static uint32_t grid_list(const TopologyShape *shape, EntityId peer, EntityId list[4])
{
    const uint32_t columns = shape->columns;
    const uint32_t column = peer % columns;
    const uint32_t row = peer / columns;
    uint32_t count = 0;
    EntityId found[4];
    uint32_t found_count = 0;
    if (row > 0) {
        found[found_count++] = peer - columns;
    } else if (shape->wrap) {
        found[found_count++] = peer + (shape->rows - 1) * columns;
    }
    if (column > 0) {
        found[found_count++] = peer - 1;
    } else if (shape->wrap) {
        found[found_count++] = peer + columns - 1;
    }
    if (column + 1 < columns) {
        found[found_count++] = peer + 1;
    } else if (shape->wrap) {
        found[found_count++] = peer + 1 - columns;
    }
    if (row + 1 < shape->rows) {
        found[found_count++] = peer + columns;
    } else if (shape->wrap) {
        found[found_count++] = peer - (shape->rows - 1) * columns;
    }
    for (uint32_t i = 0; i < found_count; i++) {
        const EntityId next = found[i];
        uint32_t place = 0;
        while (place < count && list[place] < next) {
            place++;
        }
        /* The last row may be short, and with two rows or columns both ways lead to one peer. */
        if (next >= shape->peers || next == peer || (place < count && list[place] == next)) {
            continue;
        }
        for (uint32_t at = count++; at > place; at--) {
            list[at] = list[at - 1];
        }
        list[place] = next;
    }
    return count;
}

static uint32_t grid_degree(const TopologyShape *shape, EntityId peer)
{
    EntityId list[4];
    return grid_list(shape, peer, list);
}

static EntityId grid_neighbour(const TopologyShape *shape, EntityId peer, uint32_t k)
{
    EntityId list[4] = {0};
    const uint32_t count = grid_list(shape, peer, list);
    g_assert(k < count);
    return list[k];
}

static uint64_t grid_edge_count(const TopologyShape *shape)
{
    const uint64_t full_rows = shape->peers / shape->columns;
    const uint64_t rest = shape->peers % shape->columns;
    if (!shape->wrap) {
        return full_rows * (shape->columns - 1) + (rest > 0 ? rest - 1 : 0) +
               (shape->peers - shape->columns);
    }
    /* A way round of two steps has one edge, of one step none. */
    const uint64_t across = shape->columns > 2 ? shape->columns : shape->columns - 1;
    const uint64_t down = shape->rows > 2 ? shape->rows : shape->rows - 1;
    return across * shape->rows + down * shape->columns;
}

const TopologyKind TOPOLOGY_GRID = {
    .name = "grid",
    .help =
        "rows of 'columns' peers, each with those beside, above and below; 'wrap' makes a torus",
    .check = grid_check,
    .degree = grid_degree,
    .neighbour = grid_neighbour,
    .edge_count = grid_edge_count,
};
