/* SPDX-License-Identifier: MIT */
/* Many trials of one scenario in worker processes: its runs under seed after seed, and drafts of it
 * for the shrinker. What comes out does not depend on how many workers there are. */
#ifndef SCENARIOS_CAMPAIGN_H
#define SCENARIOS_CAMPAIGN_H

#include "scenarios/shrink.h"
#include "scenarios/trial.h"

typedef struct CampaignOptions {
    const char *path;                       /* of the scenario */
    const char *const *sets;                /* `section.key=value`; may be NULL */
    const char *const *ignored;             /* see TrialOptions */
    bool is_swarm;                          /* settings vary with the seed: scenarios/swarm.h */
    unsigned job_count;                     /* at least 1 */
    int64_t timeout_us;                     /* of a trial, by the clock on the wall */
    const volatile sig_atomic_t *interrupt; /* may be NULL */
} CampaignOptions;

/* What is known of the trials so far. */
typedef struct CampaignProgress {
    uint64_t done, count; /* seeds */
    uint64_t events;
    uint64_t tested; /* a bit for each verdict that had values in some trial */
} CampaignProgress;

typedef struct Campaign Campaign;

/* The options must outlive the campaign. */
Campaign *campaign_new(const CampaignOptions *options, GError **error);
void campaign_free(Campaign *campaign);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Campaign, campaign_free)

/* The scenario as it runs under a seed. To sets and rows (of char *; may be NULL) it appends what
 * the swarm chose. */
Scenario *campaign_scenario(const CampaignOptions *options, uint64_t seed, GPtrArray *ret_sets,
                            GPtrArray *ret_rows, GError **error);

typedef struct CampaignHunt {
    uint64_t first_seed, count; /* the last of the seeds is at most UINT64_MAX */
    void (*progress)(void *data, const CampaignProgress *progress); /* may be NULL */
    void *data;
} CampaignHunt;

/* Tries seed after seed up to one that fails: the least of them, whatever trial ends first. Its
 * trial goes to ret_failed, which the caller frees, and its seed to ret_seed; NULL: none fails, or
 * it was interrupted. False when it could not be done. */
bool campaign_hunt(Campaign *campaign, const CampaignHunt *hunt, CampaignProgress *ret_progress,
                   Trial **ret_failed, uint64_t *ret_seed, GError **error);

/* The trial of one seed, watched. NULL on failure. */
Trial *campaign_watch(Campaign *campaign, uint64_t seed, GError **error);

/* The number of the first draft that has a failure of that key, or how many there are; its trial
 * goes to ret_trial. events_max: of a trial. A campaign that has failed says so by the error, which
 * is set once. */
unsigned campaign_first_failing(Campaign *campaign, const GPtrArray *drafts, const char *key,
                                uint64_t events_max, Trial **ret_trial, GError **error);

#endif
