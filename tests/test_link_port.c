/* SPDX-License-Identifier: MIT */
/* A queue and its transmitter, without any engine: against sums done by hand, and against the
 * closed forms of queueing theory under Poisson arrivals. */
#include "tests/suite.h"

#include "models/link_port.h"
#include "sim/distribution.h"
#include "sim/random.h"
#include "sim/value_text.h"

#include <math.h>

static QueuePolicy policy_of(const char *text)
{
    QueuePolicy policy;
    CU_ASSERT_FATAL(queue_policy_parse(text, &policy, NULL));
    return policy;
}

static LinkRateSource rate_of(const char *text)
{
    LinkRateSource source = {0};
    CU_ASSERT_FATAL(value_parse(text, VALUE_RATE, &source.bits_per_second, NULL));
    return source;
}

/* Times by hand. */

static void packets_wait_for_serialisation_only(void)
{
    const QueuePolicy policy = policy_of("unlimited");
    const LinkRateSource rate = rate_of("1Mbit/s");
    LinkPort port = {0};
    /* 125 bytes take 1 ms. */
    static const struct {
        SimTime arrival;
        uint32_t size_bytes;
        SimTime start, end;
    } CASES[] = {
        {0, 125, 0, 1000000},
        {0, 250, 1000000, 3000000},
        {1500000, 125, 3000000, 4000000},
        {9000000, 125, 9000000, 10000000},
        {10000000, 1, 10000000, 10008000},
        {10004000, 0, 10008000, 10008000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        SimTime start = -1, end = -1;
        CU_ASSERT_TRUE(link_port_pass(&port, &policy, &rate, CASES[i].arrival, CASES[i].size_bytes,
                                      0, &start, &end));
        CU_ASSERT_EQUAL(start, CASES[i].start);
        CU_ASSERT_EQUAL(end, CASES[i].end);
    }
    link_port_clear(&port);
}

/* No rate divides these evenly: a port that rounded each packet would drift. */
static void a_busy_port_carries_rate_times_time(void)
{
    static const struct {
        const char *rate;
        uint32_t size_bytes, count;
    } CASES[] = {
        {"3bit/s", 1, 3000},       {"7Mbit/s", 1500, 7000}, {"9999999bit/s", 53, 100000},
        {"100Gbit/s", 64, 100000}, {"13Gbit/s", 1, 130000}, {"999Mbit/s", 1073741824, 99},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const QueuePolicy policy = policy_of("unlimited");
        const LinkRateSource rate = rate_of(CASES[i].rate);
        LinkPort port = {0};
        SimTime start, end = 0;
        for (uint32_t k = 0; k < CASES[i].count; k++) {
            CU_ASSERT_TRUE_FATAL(
                link_port_pass(&port, &policy, &rate, 0, CASES[i].size_bytes, 0, &start, &end));
        }
        const unsigned __int128 bits = (unsigned __int128)CASES[i].size_bytes * 8 * CASES[i].count;
        CU_ASSERT_EQUAL(end, (SimTime)(bits * 1000000000 / (uint64_t)rate.bits_per_second));
        link_port_clear(&port);
    }
}

/* The one that is sent is not in the queue; a place is free from the instant its transmission
 * begins. */
static void a_full_queue_drops(void)
{
    static const struct {
        const char *policy;
        const char *fates; /* of 125 bytes arriving each 0.5 ms, each taking 1 ms */
    } CASES[] = {
        {"0packets", "10101010"},         {"1packet", "1110101010"},   {"2packets", "1111101010"},
        {"125B", "1110101010"},           {"249B", "1110101010"},      {"250B", "1111101010"},
        {"drop-tail(1packets)", "11101"}, {"unlimited", "1111111111"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const QueuePolicy policy = policy_of(CASES[i].policy);
        const LinkRateSource rate = rate_of("1Mbit/s");
        LinkPort port = {0};
        g_autoptr(GString) fates = g_string_new(NULL);
        for (int k = 0; CASES[i].fates[k] != '\0'; k++) {
            SimTime start, end;
            const bool has_room =
                link_port_pass(&port, &policy, &rate, k * 500000, 125, 0, &start, &end);
            g_string_append_c(fates, has_room ? '1' : '0');
        }
        CU_ASSERT_STRING_EQUAL(fates->str, CASES[i].fates);
        link_port_clear(&port);
    }
}

/* 1 Mbit/s; from 2 ms on 2 Mbit/s; from 4 ms on 500 kbit/s; from 100 ms on without limit. */
static LinkRate stepped(const void *context, SimTime time)
{
    (void)context;
    return time < 2000000     ? (LinkRate){1000000, 2000000}
           : time < 4000000   ? (LinkRate){2000000, 4000000}
           : time < 100000000 ? (LinkRate){500000, 100000000}
                              : (LinkRate){0, SIM_TIME_MAX};
}

static void a_transmission_goes_on_at_the_new_rate(void)
{
    const QueuePolicy policy = policy_of("unlimited");
    const LinkRateSource rate = {.at = stepped};
    LinkPort port = {0};
    static const struct {
        SimTime arrival;
        uint32_t size_bytes;
        SimTime end;
    } CASES[] = {
        {0, 125, 1000000},          /* 1000 bits at 1 Mbit/s */
        {0, 250, 2500000},          /* 1000 bits until 2 ms, 1000 at 2 Mbit/s */
        {0, 1000, 14000000},        /* 3000 bits until 4 ms, 5000 at 500 kbit/s */
        {95000000, 625, 100000000}, /* 2500 bits until 100 ms, the rest at once */
        {200000000, 625, 200000000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        SimTime start, end = -1;
        CU_ASSERT_TRUE(link_port_pass(&port, &policy, &rate, CASES[i].arrival, CASES[i].size_bytes,
                                      0, &start, &end));
        CU_ASSERT_EQUAL(end, CASES[i].end);
    }
    link_port_clear(&port);
}

static void what_waits_is_counted(void)
{
    const QueuePolicy policy = policy_of("unlimited");
    const LinkRateSource rate = rate_of("1Mbit/s");
    LinkPort port = {0};
    SimTime start, end;
    for (uint32_t i = 0; i < 100; i++) {
        link_port_pass(&port, &policy, &rate, 0, 125, 0, &start, &end);
    }
    CU_ASSERT_EQUAL(link_port_waiting_packets(&port, 0), 99);
    CU_ASSERT_EQUAL(link_port_waiting_bytes(&port, 999999), 99 * 125);
    CU_ASSERT_EQUAL(link_port_waiting_bytes(&port, 1000000), 98 * 125);
    CU_ASSERT_EQUAL(link_port_waiting_packets(&port, 98500000), 1);
    CU_ASSERT_EQUAL(link_port_waiting_packets(&port, 99000000), 0);
    link_port_clear(&port);
}

/* Queueing theory. Means over batches, which are nearly independent, give the confidence interval:
 * Student's t for 99 % and 39 degrees of freedom is 2.708. */

enum { BATCHES = 40, BATCH = 40000, WARM_UP = 20000 };

typedef struct Estimate {
    double mean, half_width;
} Estimate;

static Estimate estimate(const double means[BATCHES])
{
    double sum = 0, squares = 0;
    for (int i = 0; i < BATCHES; i++) {
        sum += means[i];
    }
    const double mean = sum / BATCHES;
    for (int i = 0; i < BATCHES; i++) {
        squares += (means[i] - mean) * (means[i] - mean);
    }
    return (Estimate){mean, 2.708 * sqrt(squares / (BATCHES - 1) / BATCHES)};
}

/* A service takes 1 ms on average: 1 GB/s and 1 MB, so that whole bytes are fine grained. The mean
 * wait in ms, and the share of dropped packets. */
static void offer_poisson(double load, const char *sizes, const char *queue, Estimate *ret_wait,
                          Estimate *ret_drops)
{
    g_autofree char *arrivals = g_strdup_printf("exponential(%.0fns, min=0)", 1e6 / load);
    g_autoptr(Distribution) gap = distribution_new(arrivals, VALUE_DURATION, NULL, NULL);
    g_autoptr(Distribution) size = distribution_new(sizes, VALUE_SIZE, NULL, NULL);
    CU_ASSERT_FATAL(gap != NULL && size != NULL);
    const QueuePolicy policy = policy_of(queue);
    const LinkRateSource rate = rate_of("1GB/s");
    const uint64_t gap_key = random_key(7, random_purpose("gap"), 0, 0);
    const uint64_t size_key = random_key(7, random_purpose("size"), 0, 0);
    LinkPort port = {0};
    double waits[BATCHES] = {0}, drops[BATCHES] = {0};
    SimTime now = 0;
    for (uint64_t i = 0; i < WARM_UP + (uint64_t)BATCHES * BATCH; i++) {
        now += distribution_draw(gap, gap_key, i);
        SimTime start, end;
        const bool passes =
            link_port_pass(&port, &policy, &rate, now,
                           (uint32_t)distribution_draw(size, size_key, i), 0, &start, &end);
        if (i >= WARM_UP) {
            const uint64_t batch = (i - WARM_UP) / BATCH;
            waits[batch] += passes ? (double)(start - now) * 1e-6 / BATCH : 0;
            drops[batch] += passes ? 0 : 1.0 / BATCH;
        }
    }
    link_port_clear(&port);
    *ret_wait = estimate(waits);
    *ret_drops = estimate(drops);
}

/* Inside the interval, which must be narrow enough to tell models apart. */
static void expect(Estimate found, double theory, double widest)
{
    if (fabs(found.mean - theory) > found.half_width || found.half_width > widest * theory) {
        printf("\n    found %g +- %g, expected %g\n", found.mean, found.half_width, theory);
    }
    CU_ASSERT(fabs(found.mean - theory) <= found.half_width);
    CU_ASSERT(found.half_width <= widest * theory);
}

static const double LOADS[] = {0.3, 0.6, 0.9};

/* W = rho / (1 - rho) services (Kleinrock, Queueing Systems I, 3.2). */
static void poisson_arrivals_wait_as_in_m_m_1(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(LOADS); i++) {
        Estimate wait, drops;
        offer_poisson(LOADS[i], "exponential(1MB, min=0)", "unlimited", &wait, &drops);
        expect(wait, LOADS[i] / (1 - LOADS[i]), 0.06);
        CU_ASSERT_EQUAL(drops.mean, 0);
    }
}

/* W = rho / (2 (1 - rho)) services (Pollaczek and Khinchine). */
static void poisson_arrivals_wait_as_in_m_d_1(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(LOADS); i++) {
        Estimate wait, drops;
        offer_poisson(LOADS[i], "1MB", "unlimited", &wait, &drops);
        expect(wait, LOADS[i] / (2 * (1 - LOADS[i])), 0.06);
    }
}

/* P = (1 - rho) rho^K / (1 - rho^(K + 1)), K counting the packet that is sent. */
static void finite_queues_drop_as_in_m_m_1_k(void)
{
    static const struct {
        double load;
        int places;
    } CASES[] = {{0.3, 1}, {0.6, 4}, {0.9, 9}, {0.9, 0}, {1.5, 3}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *queue = g_strdup_printf("%dpackets", CASES[i].places);
        Estimate wait, drops;
        offer_poisson(CASES[i].load, "exponential(1MB, min=0)", queue, &wait, &drops);
        const double rho = CASES[i].load;
        expect(drops,
               (1 - rho) * pow(rho, CASES[i].places + 1) / (1 - pow(rho, CASES[i].places + 2)),
               0.06);
    }
}

CU_TestInfo suite_link_port[] = {
    {"packets_wait_for_serialisation_only", packets_wait_for_serialisation_only},
    {"a_busy_port_carries_rate_times_time", a_busy_port_carries_rate_times_time},
    {"a_full_queue_drops", a_full_queue_drops},
    {"a_transmission_goes_on_at_the_new_rate", a_transmission_goes_on_at_the_new_rate},
    {"what_waits_is_counted", what_waits_is_counted},
    {"poisson_arrivals_wait_as_in_m_m_1", poisson_arrivals_wait_as_in_m_m_1},
    {"poisson_arrivals_wait_as_in_m_d_1", poisson_arrivals_wait_as_in_m_d_1},
    {"finite_queues_drop_as_in_m_m_1_k", finite_queues_drop_as_in_m_m_1_k},
    CU_TEST_INFO_NULL,
};
