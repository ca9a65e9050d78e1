/* SPDX-License-Identifier: MIT */
/* What stands in a scenario file, taken out of its text tree: the part of ScenarioFile that reads.
 * Only scenarios/scenario_file.c includes this. */
#ifndef SCENARIOS_SCENARIO_CONTENT_H
#define SCENARIOS_SCENARIO_CONTENT_H

#include "scenarios/scenario_file.h"

typedef struct ScenarioContent {
    const char *file;      /* borrowed: the name for messages, which all places borrow in turn */
    const char *directory; /* borrowed; NULL: open no other file */
    GPtrArray *values;
    GPtrArray *sections;
    GPtrArray *timeline;
    GPtrArray *expectations;
    GPtrArray *plots;
    GPtrArray *sweep;
    GPtrArray *swarm;
    char *timeline_name; /* of a timeline in a file: as written */
    char *timeline_path; /* where it was found; the name in its messages */
    char *timeline_sha256;
} ScenarioContent;

void scenario_content_init(ScenarioContent *content, const char *file, const char *directory);
void scenario_content_clear(ScenarioContent *content);

bool scenario_content_read(ScenarioContent *content, const TextNode *root, GError **error);

/* The sections that hold a list or a sweep instead of settings; NULL-terminated. */
const char *const *scenario_content_lists(void);
bool scenario_content_is_list(const char *section);

#endif
