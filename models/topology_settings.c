/* SPDX-License-Identifier: MIT */
/* Section `topology` of a scenario. */
#include "models/topology.h"

#include <stddef.h>

static const char *const KIND_NAMES[] = {
#define X(identifier, name) name,
#include "models/topology_list.h"
#undef X
    NULL,
};

#define FIELD(name) offsetof(TopologyOptions, name)

static const Setting SETTINGS[] = {
    {.key = "kind",
     .type = SETTING_CALL,
     .offset = FIELD(kind),
     .default_text = "full-mesh",
     .choices = KIND_NAMES,
     .help = "Who is whose neighbour: a generator, or edge-list(FILE) or graphml(FILE)."},
    {.key = "degree",
     .type = SETTING_COUNT,
     .offset = FIELD(degree),
     .default_text = "4",
     .minimum = "1",
     .maximum = "1000000",
     .help = "Neighbours of each peer (random-regular, small-world), edges that each newcomer "
             "brings (scale-free)."},
    {.key = "probability",
     .type = SETTING_PROBABILITY,
     .offset = FIELD(probability),
     .default_text = "1%",
     .help = "Probability of each edge (erdos-renyi)."},
    {.key = "beta",
     .type = SETTING_PROBABILITY,
     .offset = FIELD(beta),
     .default_text = "10%",
     .help = "Share of the edges that lead somewhere at random (small-world)."},
    {.key = "arity",
     .type = SETTING_COUNT,
     .offset = FIELD(arity),
     .default_text = "2",
     .minimum = "1",
     .maximum = "1000000",
     .help = "Children of each inner peer (tree)."},
    {.key = "columns",
     .type = SETTING_COUNT,
     .offset = FIELD(columns),
     .default_text = "0",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "Peers in a row (grid); 0 is as square as can be."},
    {.key = "wrap",
     .type = SETTING_YES_NO,
     .offset = FIELD(wrap),
     .default_text = "no",
     .help = "Whether the ends of rows and columns meet (grid)."},
    {.key = "file",
     .type = SETTING_TEXT,
     .offset = FIELD(file),
     .default_text = "",
     .help = "The file of edge-list or graphml, where it does not stand in 'kind'."},
    {.key = "directed",
     .type = SETTING_YES_NO,
     .offset = FIELD(directed),
     .default_text = "no",
     .help = "Whether the first peer of a line dials the second (edge-list); otherwise the "
             "lower-numbered one dials."},
    {.key = "preconnected",
     .type = SETTING_YES_NO,
     .offset = FIELD(preconnected),
     .default_text = "no",
     .help = "Whether the connections stand before time 0, at no cost."},
    {.key = NULL},
};

const SettingsTable TOPOLOGY_SETTINGS = {
    .section = "topology",
    .settings = SETTINGS,
    .size_bytes = sizeof(TopologyOptions),
};
