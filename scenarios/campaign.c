/* SPDX-License-Identifier: MIT */
/* Tasks are small records; a draft goes to its worker as files in a folder of this campaign, which
 * are the same that a user gets in the end. */
#include "scenarios/campaign.h"

#include "scenarios/swarm.h"
#include "scenarios/worker_pool.h"
#include "sim/error.h"

#include <glib/gstdio.h>
#include <string.h>

typedef enum TaskKind { TASK_SEED, TASK_WATCHED_SEED, TASK_DRAFT } TaskKind;

typedef struct CampaignTask {
    uint64_t kind;
    uint64_t number; /* the seed, or the number of the draft's files */
    uint64_t events_max;
} CampaignTask;

struct Campaign {
    const CampaignOptions *options;
    char *folder;
    GPtrArray *files; /* of char *: what is in the folder */
    WorkerPool *pool;
    /* Where results go. */
    void (*take)(void *data, uint64_t ticket, Trial *trial);
    void *take_data;
};

/* In a worker. */

Scenario *campaign_scenario(const CampaignOptions *options, uint64_t seed, GPtrArray *ret_sets,
                            GPtrArray *ret_rows, GError **error)
{
    g_autoptr(ScenarioFile) file = scenario_file_new(options->path, error);
    if (file == NULL) {
        return NULL;
    }
    for (const char *const *set = options->sets; set != NULL && *set != NULL; set++) {
        if (!scenario_file_set(file, *set, error)) {
            return NULL;
        }
    }
    g_autoptr(GPtrArray) sets =
        ret_sets != NULL ? g_ptr_array_ref(ret_sets) : g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) rows =
        ret_rows != NULL ? g_ptr_array_ref(ret_rows) : g_ptr_array_new_with_free_func(g_free);
    if (options->is_swarm && !swarm_apply(file, seed, sets, rows, error)) {
        return NULL;
    }
    g_autofree char *own = g_strdup_printf("scenario.seed=%" G_GUINT64_FORMAT, seed);
    if (!scenario_file_set(file, own, error)) {
        return NULL;
    }
    return scenario_new(g_steal_pointer(&file), error);
}

static char *stem_of(uint64_t number)
{
    return g_strdup_printf("draft-%" G_GUINT64_FORMAT, number);
}

static Scenario *load(const Campaign *campaign, const CampaignTask *task, GError **error)
{
    if (task->kind != TASK_DRAFT) {
        return campaign_scenario(campaign->options, task->number, NULL, NULL, error);
    }
    g_autofree char *stem = stem_of(task->number);
    g_autofree char *name = g_strconcat(stem, ".yaml", NULL);
    g_autofree char *path = g_build_filename(campaign->folder, name, NULL);
    return scenario_load(path, NULL, NULL, error);
}

static void work(void *data, const void *bytes, size_t size_bytes, GByteArray *answer)
{
    const Campaign *campaign = data;
    CampaignTask task;
    g_assert(size_bytes == sizeof task);
    memcpy(&task, bytes, sizeof task);
    g_autoptr(GError) error = NULL;
    Scenario *scenario = load(campaign, &task, &error);
    const TrialOptions options = {.is_watched = task.kind != TASK_SEED,
                                  .events_max = task.events_max,
                                  .ignored = campaign->options->ignored};
    g_autoptr(Trial) trial =
        scenario == NULL ? trial_new_refused(error->message) : trial_new(scenario, &options);
    g_autoptr(GBytes) packed = trial_pack(trial);
    gsize packed_size_bytes;
    const void *content = g_bytes_get_data(packed, &packed_size_bytes);
    g_byte_array_append(answer, content, (guint)packed_size_bytes);
}

/* In this process. */

static void deliver(void *data, const WorkerResult *result)
{
    const Campaign *campaign = data;
    Trial *trial;
    if (result->outcome == WORKER_DONE) {
        g_autoptr(GBytes) bytes = g_bytes_new(result->answer, result->answer_size_bytes);
        trial = trial_unpack(bytes);
    } else {
        trial = trial_new_dead(result->reason);
    }
    campaign->take(campaign->take_data, result->ticket, trial);
}

Campaign *campaign_new(const CampaignOptions *options, GError **error)
{
    g_autoptr(Campaign) campaign = g_new0(Campaign, 1);
    GError *problem = NULL;
    campaign->options = options;
    campaign->files = g_ptr_array_new_with_free_func(g_free);
    campaign->folder = g_dir_make_tmp("skein-check-XXXXXX", &problem);
    if (campaign->folder == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s", problem->message);
        g_error_free(problem);
        return NULL;
    }
    const WorkerPoolOptions pool_options = {.worker_count = options->job_count,
                                            .work = work,
                                            .work_data = campaign,
                                            .deliver = deliver,
                                            .deliver_data = campaign,
                                            .timeout_us = options->timeout_us};
    campaign->pool = worker_pool_new(&pool_options, error);
    return campaign->pool == NULL ? NULL : g_steal_pointer(&campaign);
}

static void remove_files(Campaign *campaign)
{
    for (guint i = 0; i < campaign->files->len; i++) {
        g_unlink(g_ptr_array_index(campaign->files, i));
    }
    g_ptr_array_set_size(campaign->files, 0);
}

void campaign_free(Campaign *campaign)
{
    if (campaign == NULL) {
        return;
    }
    worker_pool_free(campaign->pool);
    remove_files(campaign);
    if (campaign->folder != NULL) {
        g_rmdir(campaign->folder);
    }
    g_ptr_array_unref(campaign->files);
    g_free(campaign->folder);
    g_free(campaign);
}

static bool is_interrupted(const Campaign *campaign)
{
    return campaign->options->interrupt != NULL && *campaign->options->interrupt != 0;
}

static void submit(Campaign *campaign, uint64_t ticket, TaskKind kind, uint64_t number,
                   uint64_t events_max)
{
    const CampaignTask task = {(uint64_t)kind, number, events_max};
    worker_pool_submit(campaign->pool, ticket, &task, sizeof task);
}

/* Seeds. */

typedef struct Hunting {
    const CampaignHunt *hunt;
    CampaignProgress progress;
    uint64_t bound; /* no seed from here on (counted from the first) is of interest */
    Trial *failed;  /* of seed number `bound` */
    char *refused;
} Hunting;

static void take_seed(void *data, uint64_t number, Trial *taken)
{
    Hunting *hunting = data;
    g_autoptr(Trial) trial = taken;
    hunting->progress.done++;
    hunting->progress.events += trial->events;
    hunting->progress.tested |= trial->tested;
    if (number < hunting->bound && trial->status == TRIAL_REFUSED) {
        hunting->bound = number;
        g_free(hunting->refused);
        hunting->refused = g_strdup(trial->found);
        g_clear_pointer(&hunting->failed, trial_free);
    } else if (number < hunting->bound && trial_failure(trial, NULL) != NULL) {
        hunting->bound = number;
        g_clear_pointer(&hunting->refused, g_free);
        trial_free(hunting->failed);
        hunting->failed = g_steal_pointer(&trial);
    }
    if (hunting->hunt->progress != NULL) {
        hunting->hunt->progress(hunting->hunt->data, &hunting->progress);
    }
}

static bool run_seeds(Campaign *campaign, Hunting *hunting, GError **error)
{
    uint64_t next = 0;
    while (!is_interrupted(campaign) &&
           (next < hunting->bound || worker_pool_pending(campaign->pool) > 0)) {
        while (next < hunting->bound && worker_pool_has_room(campaign->pool)) {
            submit(campaign, next, TASK_SEED, hunting->hunt->first_seed + next, 0);
            next++;
        }
        if (!worker_pool_wait(campaign->pool, -1, error)) {
            return false;
        }
    }
    return true;
}

bool campaign_hunt(Campaign *campaign, const CampaignHunt *hunt, CampaignProgress *ret_progress,
                   Trial **ret_failed, uint64_t *ret_seed, GError **error)
{
    Hunting hunting = {.hunt = hunt, .progress = {.count = hunt->count}, .bound = hunt->count};
    campaign->take = take_seed;
    campaign->take_data = &hunting;
    bool is_done = run_seeds(campaign, &hunting, error);
    g_autofree char *refused = hunting.refused;
    if (is_done && refused != NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "seed %" G_GUINT64_FORMAT ": %s",
                    hunt->first_seed + hunting.bound, refused);
        is_done = false;
    }
    if (!is_done) {
        trial_free(hunting.failed);
        return false;
    }
    *ret_progress = hunting.progress;
    *ret_failed = hunting.failed;
    *ret_seed = hunt->first_seed + hunting.bound;
    return true;
}

/* Trials of which all are wanted. */

static void take_trial(void *data, uint64_t ticket, Trial *trial)
{
    Trial **trials = data;
    trials[ticket] = trial;
}

static bool wait_for_all(Campaign *campaign, GError **error)
{
    while (worker_pool_pending(campaign->pool) > 0) {
        if (!worker_pool_wait(campaign->pool, -1, error)) {
            return false;
        }
    }
    return true;
}

Trial *campaign_watch(Campaign *campaign, uint64_t seed, GError **error)
{
    Trial *trial = NULL;
    campaign->take = take_trial;
    campaign->take_data = &trial;
    submit(campaign, 0, TASK_WATCHED_SEED, seed, 0);
    if (!wait_for_all(campaign, error)) {
        g_clear_pointer(&trial, trial_free);
    }
    return trial;
}

static bool write_draft(Campaign *campaign, uint64_t number, const Draft *draft, GError **error)
{
    static const char *const ENDINGS[] = {".yaml", ".csv", "-edges.csv"};
    g_autofree char *stem = stem_of(number);
    for (size_t i = 0; i < G_N_ELEMENTS(ENDINGS); i++) {
        g_autofree char *name = g_strconcat(stem, ENDINGS[i], NULL);
        g_ptr_array_add(campaign->files, g_build_filename(campaign->folder, name, NULL));
    }
    DraftText text = draft_text(draft, stem, NULL);
    const bool is_written = draft_text_write(&text, campaign->folder, stem, error);
    draft_text_clear(&text);
    return is_written;
}

static bool run_drafts(Campaign *campaign, const GPtrArray *drafts, uint64_t events_max,
                       GError **error)
{
    remove_files(campaign);
    for (guint i = 0; i < drafts->len; i++) {
        if (!write_draft(campaign, i, g_ptr_array_index(drafts, i), error)) {
            return false;
        }
    }
    for (guint i = 0; i < drafts->len; i++) {
        while (!worker_pool_has_room(campaign->pool)) {
            if (!worker_pool_wait(campaign->pool, -1, error)) {
                return false;
            }
        }
        submit(campaign, i, TASK_DRAFT, i, events_max);
    }
    return wait_for_all(campaign, error);
}

unsigned campaign_first_failing(Campaign *campaign, const GPtrArray *drafts, const char *key,
                                uint64_t events_max, Trial **ret_trial, GError **error)
{
    g_autofree Trial **trials = g_new0(Trial *, drafts->len + 1);
    unsigned found = drafts->len;
    campaign->take = take_trial;
    campaign->take_data = trials;
    if (run_drafts(campaign, drafts, events_max, error)) {
        found = 0;
        while (found < drafts->len && trial_failure(trials[found], key) == NULL) {
            found++;
        }
    }
    for (guint i = 0; i < drafts->len; i++) {
        if (i == found) {
            *ret_trial = trials[i];
        } else {
            trial_free(trials[i]);
        }
    }
    return found;
}
