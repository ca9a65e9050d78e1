/* SPDX-License-Identifier: MIT */
/* The kernel with toy entities: no network. */
#include "tests/suite.h"

#include "sim/mix.h"
#include "sim/simulation.h"
#include "sim/timer.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOYS = 8, LOG_MAX = 64, LEAST_DELAY = 10 };

typedef struct Toy {
    Entity entity;
    uint64_t seen; /* a digest of all that arrived, in order */
    uint32_t left; /* how often it still answers */
    TimerId timer;
} Toy;

/* What a test looks at: who did what when, in order of execution. */
typedef struct Log {
    struct {
        SimTime time;
        EntityId target;
        uint64_t argument;
    } lines[LOG_MAX];
    unsigned count;
} Log;

enum { KIND_LOG, KIND_BOUNCE, KIND_BURST, KIND_DEFER, KIND_REARM, KIND_TRESPASS };

static void run_log(Entity *self, const EventContent *content)
{
    Log *log = simulation_context(entity_simulation(self));
    if (log != NULL && log->count < LOG_MAX) {
        log->lines[log->count].time = entity_now(self);
        log->lines[log->count].target = self->id;
        log->lines[log->count++].argument = content->argument;
    }
}

/* Mixes what it got into its state and sends two bodies on, so the order of arrival decides what
 * follows. */
static void run_bounce(Entity *self, const EventContent *content)
{
    Toy *toy = (Toy *)self;
    const uint64_t word =
        content->body == NULL ? content->argument : *(const uint64_t *)content->body;
    toy->seen = mix_two(toy->seen + 1, word);
    const uint32_t count = simulation_entity_count(entity_simulation(self));
    for (unsigned i = 0; i < 2 && toy->left > 0; i++, toy->left--) {
        const uint64_t draw = mix_two(toy->seen, i);
        const EntityId target = (EntityId)((self->id + 1 + draw % (count - 1)) % count);
        const SimDuration delay = LEAST_DELAY + (SimDuration)(draw >> 20 & 7);
        *(uint64_t *)entity_post(self, target, delay, KIND_BOUNCE, sizeof(uint64_t)) = draw;
    }
    if (toy->timer == 0) {
        toy->timer = timer_new(self, KIND_LOG, 1, false);
    }
    timer_set(self, toy->timer, 5 + (SimDuration)(word & 31));
}

static void run_burst(Entity *self, const EventContent *content)
{
    for (uint32_t i = 0; i < 3; i++) {
        entity_schedule(self, (EntityId)content->argument, LEAST_DELAY, KIND_LOG,
                        self->id * 10 + i);
    }
}

static void run_defer(Entity *self, const EventContent *content)
{
    (void)content;
    entity_schedule(self, self->id, 1, KIND_LOG, 3);
    entity_defer(self, KIND_LOG, 1);
    entity_defer(self, KIND_LOG, 2);
}

/* A timer that is put off again and again by its own event, as TCP does at each ACK. */
static void run_rearm(Entity *self, const EventContent *content)
{
    Toy *toy = (Toy *)self;
    if (toy->timer == 0) {
        toy->timer = timer_new(self, KIND_LOG, 7, false);
    }
    timer_set(self, toy->timer, 1000);
    if (content->argument > 0) {
        entity_schedule(self, self->id, 1, KIND_REARM, (uint32_t)content->argument - 1);
    }
}

static void run_trespass(Entity *self, const EventContent *content)
{
    (void)content;
    Entity *other = simulation_entity(entity_simulation(self), self->id + 1);
    entity_schedule(other, self->id, 1, KIND_LOG, 0);
}

static const EventKind KINDS[] = {
    [KIND_LOG] = {.name = "log", .run = run_log},
    [KIND_BOUNCE] = {.name = "bounce", .run = run_bounce},
    [KIND_BURST] = {.name = "burst", .run = run_burst},
    [KIND_DEFER] = {.name = "defer", .run = run_defer},
    [KIND_REARM] = {.name = "rearm", .run = run_rearm},
    [KIND_TRESPASS] = {.name = "trespass", .run = run_trespass},
};

static Simulation *toys_in_threads(const char *queue, unsigned partitions, unsigned threads,
                                   const uint16_t *partition_of, bool permute, Log *log)
{
    Simulation *simulation = simulation_new(&(SimulationOptions){
        .entity_count = TOYS,
        .entity_size_bytes = sizeof(Toy),
        .seed = 5,
        .queue = event_queue_kind(queue),
        .partition_count = partitions,
        .thread_count = threads,
        .partition_of = partition_of,
        .lookahead = LEAST_DELAY,
        .permute_ties = permute,
        .context = log,
    });
    for (unsigned i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        CU_ASSERT_EQUAL(simulation_add_kind(simulation, &KINDS[i]), i);
    }
    return simulation;
}

static Simulation *toys(const char *queue, unsigned partitions, bool permute, Log *log)
{
    return toys_in_threads(queue, partitions, 1, NULL, permute, log);
}

static uint64_t bounce_with(Simulation *simulation, uint64_t *ret_events)
{
    for (EntityId id = 0; id < TOYS; id++) {
        ((Toy *)simulation_entity(simulation, id))->left = 400;
        simulation_script(simulation, id % 3, id, KIND_BOUNCE, id);
    }
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_SECOND * 9, true, UINT64_MAX), RUN_IDLE);
    CU_ASSERT_EQUAL(simulation_now(simulation), SIM_SECOND);
    *ret_events = simulation_events(simulation);
    return simulation_fingerprint(simulation);
}

static uint64_t bounce(const char *queue, unsigned partitions, bool permute, uint64_t *ret_events)
{
    g_autoptr(Simulation) simulation = toys(queue, partitions, permute, NULL);
    return bounce_with(simulation, ret_events);
}

static void simulation_result_is_the_same_in_threads_and_for_any_cut(void)
{
    static const uint16_t CUTS[][TOYS] = {{0, 1, 2, 3, 4, 0, 1, 2}, {4, 4, 4, 0, 1, 2, 3, 3}};
    uint64_t events, expected_events;
    const uint64_t expected = bounce("heap", 1, false, &expected_events);
    for (unsigned threads = 1; threads <= 6; threads++) {
        for (unsigned cut = 0; cut < G_N_ELEMENTS(CUTS); cut++) {
            g_autoptr(Simulation) simulation =
                toys_in_threads("ladder", 5, threads, CUTS[cut], false, NULL);
            CU_ASSERT_EQUAL(bounce_with(simulation, &events), expected);
            CU_ASSERT_EQUAL(events, expected_events);
            CU_ASSERT_EQUAL(simulation_thread_count(simulation), MIN(threads, 5));
            uint64_t sum = 0;
            for (unsigned k = 0; k < 5; k++) {
                CU_ASSERT(partition_events(simulation_partition(simulation, k)) > 0);
                sum += partition_events(simulation_partition(simulation, k));
            }
            CU_ASSERT_EQUAL(sum, expected_events);
        }
    }
}

static void run_fail(Entity *self, const EventContent *content)
{
    entity_fail(self, content->argument == 1 ? "first" : "later");
}

static void simulation_fails_for_the_first_reason_in_virtual_time(void)
{
    static const EventKind FAIL = {.name = "fail", .run = run_fail};
    g_autoptr(Simulation) simulation = toys_in_threads("heap", 2, 2, NULL, false, NULL);
    const unsigned kind = simulation_add_kind(simulation, &FAIL);
    simulation_script(simulation, 5, 0, kind, 2);
    simulation_script(simulation, 4, TOYS - 1, kind, 1);
    simulation_script(simulation, 100, 0, KIND_LOG, 0);
    CU_ASSERT_EQUAL(simulation_run(simulation, 1000, false, UINT64_MAX), RUN_FAILED);
    CU_ASSERT_STRING_EQUAL(simulation_failure(simulation), "first");
    CU_ASSERT_EQUAL(simulation_events(simulation), 2);
}

static void simulation_result_is_the_same_however_it_is_executed(void)
{
    uint64_t events, expected_events;
    const uint64_t expected = bounce("heap", 1, false, &expected_events);
    CU_ASSERT(expected_events > TOYS * 400);
    for (const char *const *queue = event_queue_names(); *queue != NULL; queue++) {
        static const unsigned PARTITIONS[] = {1, 2, 3, 7, 8};
        for (unsigned i = 0; i < G_N_ELEMENTS(PARTITIONS); i++) {
            CU_ASSERT_EQUAL(bounce(*queue, PARTITIONS[i], false, &events), expected);
            CU_ASSERT_EQUAL(events, expected_events);
        }
    }
}

static void simulation_permuted_ties_change_the_result_in_one_way(void)
{
    uint64_t events;
    const uint64_t permuted = bounce("heap", 1, true, &events);
    CU_ASSERT_NOT_EQUAL(permuted, bounce("heap", 1, false, &events));
    CU_ASSERT_EQUAL(permuted, bounce("heap", 3, true, &events));
}

static void run_bursts(Log *log, bool permute)
{
    g_autoptr(Simulation) simulation = toys("heap", 1, permute, log);
    simulation_script(simulation, 0, 2, KIND_BURST, 0);
    simulation_script(simulation, 0, 1, KIND_BURST, 0);
    simulation_script(simulation, LEAST_DELAY, 0, KIND_LOG, 99);
    simulation_run(simulation, SIM_SECOND, false, UINT64_MAX);
}

static void simulation_same_time_runs_script_first_then_by_origin(void)
{
    static const uint64_t EXPECTED[] = {99, 10, 11, 12, 20, 21, 22};
    Log log = {0};
    run_bursts(&log, false);
    CU_ASSERT_EQUAL_FATAL(log.count, G_N_ELEMENTS(EXPECTED));
    for (unsigned i = 0; i < log.count; i++) {
        CU_ASSERT_EQUAL(log.lines[i].argument, EXPECTED[i]);
    }
}

static void simulation_permuted_ties_keep_the_order_of_one_origin(void)
{
    Log log = {0};
    run_bursts(&log, true);
    CU_ASSERT_EQUAL_FATAL(log.count, 7);
    CU_ASSERT_EQUAL(log.lines[0].argument, 99);
    uint64_t next[3] = {0, 10, 20};
    for (unsigned i = 1; i < log.count; i++) {
        CU_ASSERT_EQUAL(log.lines[i].argument, next[log.lines[i].argument / 10]++);
    }
}

static void simulation_deferred_work_runs_in_its_instant(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 1, false, &log);
    simulation_script(simulation, 4, 0, KIND_DEFER, 0);
    simulation_run(simulation, 100, false, UINT64_MAX);
    CU_ASSERT_EQUAL_FATAL(log.count, 3);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(log.lines[i].argument, i + 1);
        CU_ASSERT_EQUAL(log.lines[i].time, i < 2 ? 4 : 5);
    }
    CU_ASSERT_EQUAL(simulation_events(simulation), 2);
}

static void timer_put_off_keeps_one_queue_entry(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 1, false, &log);
    simulation_script(simulation, 0, 0, KIND_REARM, 100000);
    while (simulation_run(simulation, SIM_SECOND, false, 1000) == RUN_BUDGET) {
        CU_ASSERT(simulation_pending(simulation) <= 2);
    }
    CU_ASSERT_EQUAL(log.count, 1);
    CU_ASSERT_EQUAL(log.lines[0].time, 101000);
    CU_ASSERT_EQUAL(simulation_events(simulation), 100002);
}

/* One that rests is there until its entry comes up, and for longer when it is set again before. */
static void timer_rests_and_goes(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 1, false, &log);
    Entity *self = simulation_entity(simulation, 0);
    const TimerId gone = timer_new(self, KIND_LOG, 1, false),
                  again = timer_new(self, KIND_LOG, 2, false),
                  unset = timer_new(self, KIND_LOG, 3, false);
    timer_set(self, gone, 20);
    timer_rest(self, gone);
    timer_set(self, again, 20);
    timer_rest(self, again);
    timer_set(self, again, 30);
    timer_rest(self, unset);
    CU_ASSERT_FALSE(timer_exists(self, unset));
    CU_ASSERT(timer_exists(self, gone) && timer_deadline(self, gone) == SIM_TIME_MAX);
    timer_once(self, KIND_LOG, 4, 25);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_SECOND, true, UINT64_MAX), RUN_IDLE);
    CU_ASSERT_EQUAL_FATAL(log.count, 2);
    CU_ASSERT_EQUAL(log.lines[0].argument, 4);
    CU_ASSERT_EQUAL(log.lines[1].argument, 2);
    CU_ASSERT_EQUAL(log.lines[1].time, 30);
    CU_ASSERT_FALSE(timer_exists(self, gone));
    CU_ASSERT(timer_exists(self, again)); /* it has expired, but does not rest */
    timer_rest(self, again);
    timer_rest(self, gone);
    CU_ASSERT_FALSE(timer_exists(self, again) || timer_exists(self, 0));
}

static void timer_moves_stops_and_is_freed(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 1, false, &log);
    Entity *self = simulation_entity(simulation, 0);
    const TimerId earlier = timer_new(self, KIND_LOG, 1, false),
                  stopped = timer_new(self, KIND_LOG, 2, false),
                  freed = timer_new(self, KIND_LOG, 3, false);
    timer_set(self, earlier, 500);
    timer_set(self, earlier, 20);
    timer_set(self, stopped, 30);
    timer_stop(self, stopped);
    timer_set(self, freed, 40);
    timer_free(self, freed);
    const TimerId next = timer_new(self, KIND_LOG, 4, false);
    CU_ASSERT_NOT_EQUAL(next, freed);
    timer_free(self, freed);
    CU_ASSERT_FALSE(timer_is_set(self, freed));
    timer_set(self, next, 50);
    timer_once(self, KIND_LOG, 5, 60);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_SECOND * 5, true, UINT64_MAX), RUN_IDLE);
    static const uint64_t EXPECTED[] = {1, 4, 5};
    static const SimTime TIMES[] = {20, 50, 60};
    CU_ASSERT_EQUAL_FATAL(log.count, 3);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(log.lines[i].argument, EXPECTED[i]);
        CU_ASSERT_EQUAL(log.lines[i].time, TIMES[i]);
    }
}

static void simulation_is_idle_at_a_whole_second_whatever_keeps_alive(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 2, false, &log);
    Entity *self = simulation_entity(simulation, 0);
    timer_set(self, timer_new(self, KIND_LOG, 1, true), SIM_SECOND * 100);
    timer_once(self, KIND_LOG, 2, SIM_SECOND * 7 + 1);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_TIME_MAX, true, UINT64_MAX), RUN_IDLE);
    CU_ASSERT_EQUAL(simulation_now(simulation), SIM_SECOND * 8);
    CU_ASSERT_EQUAL(log.count, 1);
}

/* An event or a timer is in the background when whoever scheduled it says so, and as long. */
static void simulation_waits_for_nothing_in_the_background(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 2, false, &log);
    Entity *self = simulation_entity(simulation, 0);
    entity_schedule(self, 1, SIM_SECOND * 20, KIND_LOG, 1);
    entity_count_background(self, 1);
    const TimerId timer = timer_new(self, KIND_LOG, 2, false);
    timer_set(self, timer, SIM_SECOND * 30);
    timer_set_background(self, timer, true);
    timer_set_background(self, timer, true);
    timer_once(self, KIND_LOG, 3, SIM_SECOND * 2 + 1);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_TIME_MAX, true, UINT64_MAX), RUN_IDLE);
    CU_ASSERT_EQUAL(simulation_now(simulation), SIM_SECOND * 3);
    timer_set_background(self, timer, false);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_SECOND * 20 + 1, false, UINT64_MAX),
                    RUN_REACHED);
    CU_ASSERT_EQUAL(log.count, 2);
    entity_count_background(self, -1); /* the handler's part */
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_TIME_MAX, true, UINT64_MAX), RUN_IDLE);
    CU_ASSERT_EQUAL(simulation_now(simulation), SIM_SECOND * 31);
    CU_ASSERT_EQUAL(log.count, 3);
    timer_set_background(self, timer, true); /* of one that is not set */
    timer_set_background(self, 0, true);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_SECOND * 40, true, UINT64_MAX), RUN_IDLE);
}

static void simulation_stops_before_its_limit_and_goes_on(void)
{
    Log log = {0};
    g_autoptr(Simulation) simulation = toys("heap", 1, false, &log);
    simulation_script(simulation, 10, 0, KIND_LOG, 1);
    CU_ASSERT_EQUAL(simulation_run(simulation, 10, false, UINT64_MAX), RUN_REACHED);
    CU_ASSERT_EQUAL(log.count, 0);
    CU_ASSERT_EQUAL(simulation_now(simulation), 10);
    CU_ASSERT_EQUAL(simulation_run(simulation, 11, false, UINT64_MAX), RUN_REACHED);
    CU_ASSERT_EQUAL(log.count, 1);
}

static void simulation_interrupt_ends_after_the_current_event(void)
{
    static const volatile sig_atomic_t TOLD = 1;
    g_autoptr(Simulation) simulation =
        simulation_new(&(SimulationOptions){.entity_count = 1,
                                            .entity_size_bytes = sizeof(Toy),
                                            .queue = &EVENT_QUEUE_HEAP,
                                            .interrupt = &TOLD});
    simulation_add_kind(simulation, &KINDS[KIND_LOG]);
    simulation_script(simulation, 1, 0, KIND_LOG, 0);
    simulation_script(simulation, 2, 0, KIND_LOG, 0);
    CU_ASSERT_EQUAL(simulation_run(simulation, 10, false, UINT64_MAX), RUN_INTERRUPTED);
    CU_ASSERT_EQUAL(simulation_events(simulation), 1);
    CU_ASSERT_EQUAL(simulation_now(simulation), 1);
}

static void simulation_refuses_a_handler_that_acts_for_another(void)
{
    const pid_t child = fork();
    if (child == 0) {
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        Simulation *simulation = toys("heap", 1, false, NULL);
        simulation_script(simulation, 1, 0, KIND_TRESPASS, 0);
        simulation_run(simulation, 10, false, UINT64_MAX);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

CU_TestInfo suite_simulation[] = {
    {"simulation_result_is_the_same_however_it_is_executed",
     simulation_result_is_the_same_however_it_is_executed},
    {"simulation_result_is_the_same_in_threads_and_for_any_cut",
     simulation_result_is_the_same_in_threads_and_for_any_cut},
    {"simulation_fails_for_the_first_reason_in_virtual_time",
     simulation_fails_for_the_first_reason_in_virtual_time},
    {"simulation_permuted_ties_change_the_result_in_one_way",
     simulation_permuted_ties_change_the_result_in_one_way},
    {"simulation_same_time_runs_script_first_then_by_origin",
     simulation_same_time_runs_script_first_then_by_origin},
    {"simulation_permuted_ties_keep_the_order_of_one_origin",
     simulation_permuted_ties_keep_the_order_of_one_origin},
    {"simulation_deferred_work_runs_in_its_instant", simulation_deferred_work_runs_in_its_instant},
    {"timer_put_off_keeps_one_queue_entry", timer_put_off_keeps_one_queue_entry},
    {"timer_rests_and_goes", timer_rests_and_goes},
    {"timer_moves_stops_and_is_freed", timer_moves_stops_and_is_freed},
    {"simulation_is_idle_at_a_whole_second_whatever_keeps_alive",
     simulation_is_idle_at_a_whole_second_whatever_keeps_alive},
    {"simulation_waits_for_nothing_in_the_background",
     simulation_waits_for_nothing_in_the_background},
    {"simulation_stops_before_its_limit_and_goes_on",
     simulation_stops_before_its_limit_and_goes_on},
    {"simulation_interrupt_ends_after_the_current_event",
     simulation_interrupt_ends_after_the_current_event},
    {"simulation_refuses_a_handler_that_acts_for_another",
     simulation_refuses_a_handler_that_acts_for_another},
    CU_TEST_INFO_NULL,
};
