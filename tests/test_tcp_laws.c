/* SPDX-License-Identifier: MIT */
/* Long transfers over a wire against closed forms: Mathis et al. 1997, Padhye et al. 1998 (PFTK,
 * the full model), RFC 9438 for CUBIC, and the arithmetic of slow start on an empty link. */
#include "tests/suite.h"

#include "tests/tcp_rig.h"

#include <math.h>
#include <stdio.h>

enum { TROUBLES = 200 };
static const double SECONDS = 1e9;

typedef struct Law {
    double loss; /* Bernoulli; or, negative, one in so many */
    SimDuration latency;
    const char *settings[4];
    double (*rate)(const struct Law *law, double timeout); /* segments per second */
    double constant;                                       /* C, or b */
    double tolerance;
} Law;

static double probability(const Law *law)
{
    return law->loss > 0 ? law->loss : -1 / law->loss;
}

static double round_trip(const Law *law)
{
    return 2 * (double)law->latency / SECONDS;
}

static double mathis(const Law *law, double timeout)
{
    (void)timeout;
    return law->constant / sqrt(probability(law)) / round_trip(law);
}

static double pftk(const Law *law, double timeout)
{
    const double p = probability(law), q = 1 - p, b = law->constant;
    const double first = (2 + b) / (3 * b);
    const double window = first + sqrt(8 * q / (3 * b * p) + first * first);
    const double timeouts = fmin(1, (1 - pow(q, 3)) * (1 + pow(q, 3) * (1 - pow(q, window - 3))) /
                                        (1 - pow(q, window)));
    const double backoff =
        1 + p + 2 * p * p + 4 * pow(p, 3) + 8 * pow(p, 4) + 16 * pow(p, 5) + 32 * pow(p, 6);
    return (q / p + window + timeouts / q) /
           (round_trip(law) * (b * window / 2 + 1) + timeouts * backoff * timeout / q);
}

/* RFC 9438, 5.1: C = 0.4, beta = 0.7. */
static double cubic(const Law *law, double timeout)
{
    (void)timeout;
    return 1.054 * pow(round_trip(law) / probability(law), 0.75) / round_trip(law);
}

/* Runs for as many losses as the law asks for, the first 20 s apart. */
static void expect_law(const Law *law)
{
    const char *settings[8] = {"tcp.receive-window=64MiB", "tcp.receive-window-max=1GiB",
                               "tcp.send-buffer-max=1GiB"};
    for (int i = 0; law->settings[i] != NULL; i++) {
        settings[3 + i] = law->settings[i];
    }
    g_autoptr(TcpRig) rig = tcp_rig_new(settings);
    rig->is_quiet = true;
    rig->latency = law->latency;
    rig->loss = law->loss > 0 ? law->loss : 0;
    rig->lose_each = law->loss > 0 ? 0 : (uint32_t)-law->loss;
    tcp_rig_open(rig);
    tcp_rig_write(rig, 0, UINT64_C(1) << 50);
    tcp_rig_run(rig, 20 * SIM_SECOND);
    const uint64_t received = rig->ends[1].received, troubles = rig->troubles;
    const SimTime began = rig->now;
    const double rto = (double)rig->ends[0].rto;
    while (rig->troubles - troubles < TROUBLES && rig->now < 20000 * SIM_SECOND) {
        tcp_rig_run(rig, rig->now + SIM_SECOND);
    }
    CU_ASSERT(rig->troubles - troubles >= TROUBLES);
    const double rate = (double)(rig->ends[1].received - received) / rig->ends[0].mss_bytes /
                        ((double)(rig->now - began) / SECONDS);
    const double timeout = rig->rto_count > 0 ? rig->rto_sum / (double)rig->rto_count : rto;
    const double expected = law->rate(law, timeout / SECONDS);
    if (fabs(rate / expected - 1) > law->tolerance) {
        printf("\n    loss %g, %s %s: found %.1f segments/s, expected %.1f\n", law->loss,
               law->settings[0], law->settings[1] == NULL ? "" : law->settings[1], rate, expected);
    }
    CU_ASSERT(fabs(rate / expected - 1) <= law->tolerance);
}

static const SimDuration LATENCY = 50 * SIM_MILLISECOND;
#define RENO "tcp.congestion=reno"
#define PER_ACK "tcp.growth=per-ack"

/* The window grows by what is acknowledged, so that delayed ACKs do not slow it; unless it grows by
 * ACKs. */
static void reno_follows_mathis(void)
{
    const Law laws[] = {
        {1e-4, LATENCY, {RENO}, mathis, 1.22, 0.2},
        {1e-4, LATENCY, {RENO, "tcp.delayed-ack=no"}, mathis, 1.22, 0.2},
        {1e-4, LATENCY, {RENO, PER_ACK}, mathis, 0.87, 0.2},
        {1e-3, LATENCY, {RENO}, mathis, 1.22, 0.2},
        {1e-3, LATENCY, {RENO, "tcp.delayed-ack=no"}, mathis, 1.22, 0.2},
        {1e-3, LATENCY, {RENO, PER_ACK}, mathis, 0.87, 0.2},
        {1e-3, LATENCY, {RENO, "tcp.sack=no"}, mathis, 1.22, 0.2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(laws); i++) {
        expect_law(&laws[i]);
    }
}

static void reno_follows_pftk_where_timeouts_count(void)
{
    const Law laws[] = {
        {1e-2, LATENCY, {RENO}, pftk, 1, 0.25},
        {3e-2, LATENCY, {RENO}, pftk, 1, 0.25},
        {1e-2, LATENCY, {RENO, PER_ACK}, pftk, 2, 0.25},
        {3e-2, LATENCY, {RENO, PER_ACK}, pftk, 2, 0.25},
        {1e-2, LATENCY, {RENO, "tcp.sack=no"}, pftk, 1, 0.25},
        {3e-2, LATENCY, {RENO, "tcp.sack=no"}, pftk, 1, 0.25},
        {3e-2, LATENCY, {RENO, PER_ACK, "tcp.sack=no"}, pftk, 2, 0.25},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(laws); i++) {
        expect_law(&laws[i]);
    }
}

/* Where its own law gives more than 1.5 times Reno's window. */
static void cubic_follows_its_law(void)
{
    const Law laws[] = {
        {-2000, 2 * LATENCY, {"tcp.congestion=cubic"}, cubic, 0, 0.2},
        {-500, 4 * LATENCY, {"tcp.congestion=cubic"}, cubic, 0, 0.2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(laws); i++) {
        CU_ASSERT(cubic(&laws[i], 0) >
                  1.5 * mathis(&(Law){laws[i].loss, laws[i].latency, {0}, NULL, 1.22, 0}, 0));
        expect_law(&laws[i]);
    }
}

/* 10 MB over 10 Mbit/s, 50 ms each way, 100 packets of queue: one round trip to connect, slow start
 * until a round fills the link, then the link's rate. */
static void a_bulk_transfer_takes_what_arithmetic_says(void)
{
    static const char *const VARIANTS[][2] = {{NULL}, {RENO}, {"tcp.hystart=yes"}};
    for (size_t i = 0; i < G_N_ELEMENTS(VARIANTS); i++) {
        g_autoptr(TcpRig) rig = tcp_rig_new(VARIANTS[i]);
        rig->is_quiet = true;
        rig->bits_per_second = 10000000;
        rig->queue_packets = 100;
        tcp_rig_open(rig);
        tcp_rig_write(rig, 0, 10000000);
        tcp_rig_run(rig, 100 * SIM_SECOND);
        CU_ASSERT_EQUAL(rig->ends[1].received, 10000001);
        const double rtt = 0.1, packet = 1500 * 8 / 10e6;
        double expected = rtt, left = ceil(10e6 / 1448);
        for (double round = 10; round * packet < rtt; round *= 2) {
            expected += rtt;
            left -= round;
        }
        expected += left * packet + rtt / 2;
        const double found = (double)rig->finished / SECONDS;
        if (fabs(found / expected - 1) > 0.02) {
            printf("\n    %s: found %.3f s, expected %.3f\n", VARIANTS[i][0], found, expected);
        }
        CU_ASSERT(fabs(found / expected - 1) <= 0.02);
    }
}

CU_TestInfo suite_tcp_laws[] = {
    {"reno_follows_mathis", reno_follows_mathis},
    {"reno_follows_pftk_where_timeouts_count", reno_follows_pftk_where_timeouts_count},
    {"cubic_follows_its_law", cubic_follows_its_law},
    {"a_bulk_transfer_takes_what_arithmetic_says", a_bulk_transfer_takes_what_arithmetic_says},
    CU_TEST_INFO_NULL,
};
