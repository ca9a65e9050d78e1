/* SPDX-License-Identifier: MIT */
/* CUBIC (RFC 9438), in the form of Linux's tcp_cubic.c: after a loss the window follows
 * W(t) = C (t - K)^3 + W_max, and where Reno would be faster, Reno. Linux counts time in jiffies
 * and windows in whole segments; here both have their fractions, as in the RFC. Only + - * / and an
 * exact cube root decide. */
#include "models/tcp_congestion.h"

#include "sim/exact_math.h"

static const double SCALE = 0.4;                   /* C, segments per s^3 */
enum { BETA_NUMERATOR = 717, BETA_UNIT = 1024 };   /* what a loss leaves: 0.7 */
static const SimDuration UPDATE = SIM_SECOND / 32; /* as long as the window stands still */

void tcp_cubic_forget(Tcp *tcp)
{
    block_pool_give(tcp->blocks, g_steal_pointer(&tcp->cubic), sizeof *tcp->cubic);
}

/* Made when it is first needed, of zeros: many a connection never leaves slow start. */
static TcpCubic *cubic_of(Tcp *tcp)
{
    if (tcp->cubic == NULL) {
        tcp->cubic = block_pool_take(tcp->blocks, sizeof *tcp->cubic);
    }
    return tcp->cubic;
}

static void cubic_begin(Tcp *tcp)
{
    tcp_cubic_forget(tcp);
    if (tcp->settings->hystart) {
        tcp_hystart_begin(tcp);
    }
}

static void begin_epoch(Tcp *tcp, SimTime now, uint32_t acknowledged)
{
    TcpCubic *cubic = tcp->cubic;
    cubic->epoch = now;
    cubic->acknowledged = acknowledged;
    cubic->reno_window = tcp->window;
    cubic->origin = MAX(cubic->last_max, tcp->window);
    cubic->k_seconds = exact_cbrt((cubic->origin - tcp->window) / SCALE);
}

/* How many acknowledged segments the next one more takes, by the cubic. */
static uint32_t cubic_increment(const Tcp *tcp, SimTime now)
{
    const TcpCubic *cubic = tcp->cubic;
    const SimDuration round_trip = tcp->round_trip_min == SIM_TIME_MAX ? 0 : tcp->round_trip_min;
    const double elapsed = (double)(now - cubic->epoch + round_trip) * 1e-9;
    const double offset = elapsed - cubic->k_seconds;
    const double ahead = (double)cubic->origin - tcp->window + SCALE * offset * offset * offset;
    double increment = 100.0 * tcp->window;
    if (ahead > 0 && tcp->window / ahead < increment) {
        increment = tcp->window / ahead;
    }
    /* While no loss has told where the top is, no slower than 5 % a round trip. */
    if (cubic->last_max == 0 && increment > 20) {
        increment = 20;
    }
    return (uint32_t)increment;
}

static void update(Tcp *tcp, SimTime now, uint32_t acknowledged)
{
    TcpCubic *cubic = cubic_of(tcp);
    cubic->acknowledged += acknowledged;
    if (cubic->epoch != 0 && cubic->last_window == tcp->window && now - cubic->updated <= UPDATE) {
        return;
    }
    cubic->last_window = tcp->window;
    cubic->updated = now;
    if (cubic->epoch == 0) {
        begin_epoch(tcp, now, acknowledged);
    }
    cubic->increment = cubic_increment(tcp, now);
    /* Where Reno would be: it grows by 3 (1 - beta) / (1 + beta) a round trip, 15/8 windows for
     * one. */
    const uint32_t per_growth = tcp->window * 15 / 8;
    if (per_growth > 0 && cubic->acknowledged > per_growth) {
        const uint32_t growths = (cubic->acknowledged - 1) / per_growth;
        cubic->acknowledged -= growths * per_growth;
        cubic->reno_window += growths;
    }
    if (cubic->reno_window > tcp->window) {
        const uint32_t most = tcp->window / (cubic->reno_window - tcp->window);
        cubic->increment = MIN(cubic->increment, most);
    }
    cubic->increment = MAX(cubic->increment, 2); /* by half in a round trip at most */
}

static void cubic_grow(Tcp *tcp, SimTime now, uint32_t acknowledged)
{
    if (tcp_is_in_slow_start(tcp)) {
        acknowledged = tcp_slow_start(tcp, acknowledged);
    }
    if (acknowledged > 0) {
        update(tcp, now, acknowledged);
        tcp_grow_by_count(tcp, tcp->cubic->increment, acknowledged);
    }
}

/* With fast convergence: who loses below its last top leaves room for others. */
static uint32_t cubic_reduce(Tcp *tcp)
{
    TcpCubic *cubic = cubic_of(tcp);
    cubic->epoch = 0;
    cubic->last_max = tcp->window < cubic->last_max
                          ? tcp->window * (BETA_UNIT + BETA_NUMERATOR) / (2 * BETA_UNIT)
                          : tcp->window;
    return MAX(tcp->window * BETA_NUMERATOR / BETA_UNIT, 2);
}

static void cubic_measured(Tcp *tcp, SimTime now, SimDuration round_trip)
{
    if (tcp->hystart != NULL) {
        tcp_hystart_measured(tcp, now, round_trip);
    }
}

static void cubic_timed_out(Tcp *tcp)
{
    tcp_cubic_forget(tcp);
    if (tcp->settings->hystart) {
        tcp_hystart_begin(tcp);
    }
}

/* The curve does not run while nothing is sent. */
static void cubic_resumed(Tcp *tcp, SimTime now, SimDuration pause)
{
    if (tcp->cubic != NULL && tcp->cubic->epoch != 0) {
        tcp->cubic->epoch = MIN(tcp->cubic->epoch + pause, now);
    }
}

const TcpCongestion TCP_CONGESTION_cubic = {
    .name = "cubic",
    .begin = cubic_begin,
    .grow = cubic_grow,
    .reduce = cubic_reduce,
    .measured = cubic_measured,
    .timed_out = cubic_timed_out,
    .resumed = cubic_resumed,
};
