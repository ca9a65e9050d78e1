/* SPDX-License-Identifier: MIT */
/* Streams: order under jitter, ends, handles, and handlers that end things in the middle. */
#include "tests/suite.h"

#include "tests/toy_network.h"

#include <string.h>

/* The numbers after `got`, in order of arrival. */
static GArray *numbers_got(const ToyNetwork *toy)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(int));
    for (const char *at = toy->log->str; (at = strstr(at, "got ")) != NULL; at++) {
        const int number = (int)g_ascii_strtoll(at + strlen("got "), NULL, 10);
        g_array_append_val(numbers, number);
    }
    return numbers;
}

enum { SENT = 60 };

/* Even numbers go on one stream, odd ones on another, one each millisecond; then both end. Returns
 * how many numbers were overtaken by a later one of the other stream. */
static unsigned run_two_streams(const char *order, const char *end, const char *last)
{
    const char *const settings[] = {"topology.preconnected=yes", "link.jitter=uniform(0ms, 100ms)",
                                    order, NULL};
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < SENT; i++) {
        g_ptr_array_add(rows, g_strdup_printf("%dms send 0 1 %d %d", i, i % 2, i));
    }
    g_ptr_array_add(rows, g_strdup_printf("%dms %s 0 0", SENT, end));
    g_ptr_array_add(rows, g_strdup_printf("%dms %s 0 1", SENT, end));
    g_ptr_array_add(rows, NULL);
    g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, (const char *const *)(void *)rows->pdata, 10 * SIM_SECOND);
    g_autoptr(GArray) numbers = numbers_got(toy);
    CU_ASSERT_EQUAL_FATAL(numbers->len, SENT);
    int previous[2] = {-1, -1};
    unsigned overtaken = 0;
    for (guint i = 0; i < numbers->len; i++) {
        const int number = g_array_index(numbers, int, i);
        CU_ASSERT(number > previous[number % 2]);
        overtaken += number < previous[1 - number % 2];
        previous[number % 2] = number;
    }
    unsigned ends = 0;
    for (const char *at = toy->log->str; (at = strstr(at, last)) != NULL; at++) {
        ends++;
    }
    CU_ASSERT_EQUAL(ends, 2);
    return overtaken;
}

static void streams_are_fifo_and_independent_under_jitter(void)
{
    CU_ASSERT(run_two_streams("ideal.order=stream", "half", "1 half-closed by 0") > 0);
    CU_ASSERT_EQUAL(run_two_streams("ideal.order=connection", "half", "1 half-closed by 0"), 0);
}

static void no_end_overtakes_what_was_sent(void)
{
    CU_ASSERT(run_two_streams("ideal.order=stream", "close", "1 ended with 0: closed") > 0);
    CU_ASSERT(run_two_streams("ideal.order=stream", "reset", "1 ended with 0: reset") > 0);
}

static const char *const PRECONNECTED[] = {"topology.preconnected=yes", NULL};

static void both_halves_close(void)
{
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "20ms half 0 0", "25ms send 0 1 0 2",
                                       NULL};
    g_autoptr(ToyNetwork) toy = toy_network_expect(
        PRECONNECTED, ROWS, &(ToyHooks){.half_closed = stream_close_write},
        "10 1 opened by 0; 10 1 got 1 from 0; 25 0 cannot send 2; 30 1 half-closed by 0; "
        "40 0 ended with 1: closed; ");
    database_fixture_expect(toy->database, "SELECT closed_ns, outcome FROM stream",
                            "40000000|closed");
}

static void handles_of_gone_streams_give_nothing(void)
{
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "20ms close 0 0", "31ms send 0 1 0 2",
                                       NULL};
    toy_network_free(toy_network_expect(
        PRECONNECTED, ROWS, NULL,
        "10 1 opened by 0; 10 1 got 1 from 0; 30 1 ended with 0: closed; 31 0 stream is gone; "));
}

static void keep_first(Host *host, Stream *stream)
{
    ToyState *state = host_state(host);
    if (state->handles[0] == 0) {
        state->handles[0] = stream_handle(stream);
    } else {
        state->fleeting = host_stream(host, state->handles[0]) != NULL;
    }
}

/* The first stream of another peer takes the place of one that is gone, and is not taken for it. */
static void handles_do_not_name_the_next_stream_in_their_place(void)
{
    static const char *const ROWS[] = {"0ms send 1 0 0 1", "5ms reset 1 0", "30ms send 2 0 0 2",
                                       "50ms show 0", NULL};
    toy_network_free(toy_network_expect(PRECONNECTED, ROWS, &(ToyHooks){.opened = keep_first},
                                        "10 0 opened by 1; 10 0 got 1 from 1; "
                                        "15 0 ended with 1: reset; 40 0 opened by 2; "
                                        "40 0 got 2 from 2; 50 0 has 0 and 0; "));
}

static void close_on_message(Host *host, Stream *stream, const Message *message)
{
    (void)message;
    stream_close(host, stream);
}

static const char *const BURST[] = {"0ms send 0 1 0 1", "1ms send 0 1 0 2", "2ms send 0 1 0 3",
                                    NULL};

static void a_closed_stream_is_not_opened_again_by_what_was_on_its_way(void)
{
    g_autoptr(ToyNetwork) toy =
        toy_network_expect(PRECONNECTED, BURST, &(ToyHooks){.received = close_on_message},
                           "10 1 opened by 0; 10 1 got 1 from 0; 20 0 ended with 1: closed; ");
    database_fixture_expect(toy->database,
                            "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
                            "delivered|1;reset|2");
}

static void a_stream_may_be_reset_while_it_opens(void)
{
    toy_network_free(toy_network_expect(PRECONNECTED, BURST, &(ToyHooks){.opened = stream_reset},
                                        "10 1 opened by 0; 20 0 ended with 1: reset; "));
}

/* Opens another stream in the place of the one that ended, closes its brother, dials. */
static void start_anew(Host *host, Stream *stream, Outcome outcome)
{
    (void)outcome;
    ToyState *state = host_state(host);
    Stream *brother = host_stream(host, state->handles[0]);
    if (brother != NULL && brother != stream) {
        stream_close(host, brother);
    }
    if (state->fleeting++ < 3) {
        Stream *next = host_open(host, stream_peer(stream), 0, NULL);
        toy_send(host, next, 100 + state->fleeting);
        toy_send(host, stream, 200);
        stream_reset(host, stream);
    }
}

/* A stream that is opened while its connection dies is one of a new connection. */
static void ends_may_open_new_streams(void)
{
    static const char *const SETTINGS[] = {"peers.count=2", NULL};
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "0ms send 0 1 1 2", "100ms crash 1",
                                       "140ms restart 1", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_expect(
        SETTINGS, ROWS, &(ToyHooks){.ended = start_anew},
        "30 1 opened by 0; 30 1 got 1 from 0; 30 1 opened by 0; 30 1 got 2 from 0; "
        "110 0 ended with 1: reset; 110 0 cannot send 200; "
        "130 0 ended with 1: refused; 130 0 cannot send 200; "
        "140 1 restarts; 140 1 has 0 and 0; 160 1 opened by 0; 160 1 got 102 from 0; ");
    database_fixture_expect(toy->database, "SELECT outcome FROM connection ORDER BY dialed_ns",
                            "reset;refused;open");
}

static void dial_again(Host *host, EntityId peer, Outcome outcome)
{
    if (outcome != OUTCOME_OPEN) {
        host_dial(host, peer, NULL, NULL);
    }
}

static void a_failed_dial_may_be_followed_by_another(void)
{
    static const char *const ROWS[] = {"0ms crash 1", "0ms dial 0 1", "35ms restart 1", NULL};
    toy_network_free(toy_network_expect(NULL, ROWS, &(ToyHooks){.dialed = dial_again},
                                        "20 0 dialed 1 refused; 35 1 restarts; 35 1 has 0 and 0; "
                                        "40 0 dialed 1 refused; 60 0 dialed 1 open; "));
}

CU_TestInfo suite_stream[] = {
    {"streams_are_fifo_and_independent_under_jitter",
     streams_are_fifo_and_independent_under_jitter},
    {"no_end_overtakes_what_was_sent", no_end_overtakes_what_was_sent},
    {"both_halves_close", both_halves_close},
    {"handles_of_gone_streams_give_nothing", handles_of_gone_streams_give_nothing},
    {"handles_do_not_name_the_next_stream_in_their_place",
     handles_do_not_name_the_next_stream_in_their_place},
    {"a_closed_stream_is_not_opened_again_by_what_was_on_its_way",
     a_closed_stream_is_not_opened_again_by_what_was_on_its_way},
    {"a_stream_may_be_reset_while_it_opens", a_stream_may_be_reset_while_it_opens},
    {"ends_may_open_new_streams", ends_may_open_new_streams},
    {"a_failed_dial_may_be_followed_by_another", a_failed_dial_may_be_followed_by_another},
    CU_TEST_INFO_NULL,
};
