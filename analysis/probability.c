/* SPDX-License-Identifier: MIT */
/* Distributions of statistics. */
#include "analysis/probability.h"

#include <math.h>
#include <stdbool.h>

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
static double beta_fraction(double x, double a, double b)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double fraction = d;
    for (int m = 1; m <= 10000; m++) {
        const double terms[] = {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))};
        double change = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d;
            c = 1 + terms[i] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            change = c * d;
            fraction *= change;
        }
        if (fabs(change - 1) < 1e-16) {
            break;
        }
    }
    return fraction;
}

/* I_x(a, b), given x and 1 - x, of which the smaller may be exact where the other is not. */
static double beta_of(double x, double rest, double a, double b)
{
    if (x <= 0 || rest <= 0) {
        return x <= 0 ? 0 : 1;
    }
    const double front = exp(a * log(x) + b * log(rest) + lgamma(a + b) - lgamma(a) - lgamma(b));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(rest, b, a) / b;
}

double probability_normal(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

double probability_beta(double x, double a, double b)
{
    return beta_of(x, 1 - x, a, b);
}

/* P(T > t) for t >= 0. */
static double student_tail(double t, double freedom)
{
    const double square = t * t;
    return beta_of(freedom / (freedom + square), square / (freedom + square), freedom / 2, 0.5) / 2;
}

double probability_student(double t, double freedom)
{
    const double tail = student_tail(fabs(t), freedom);
    return t > 0 ? 1 - tail : tail;
}

double probability_f(double x, double numerator, double denominator)
{
    if (x <= 0) {
        return 0;
    }
    const double sum = numerator * x + denominator;
    return beta_of(numerator * x / sum, denominator / sum, numerator / 2, denominator / 2);
}

double probability_binomial(int64_t successes, int64_t trials, double share)
{
    if (successes < 0 || successes >= trials) {
        return successes < 0 ? 0 : 1;
    }
    return beta_of(1 - share, share, (double)(trials - successes), (double)successes + 1);
}

/* -- Inverses -- */

typedef struct Shape {
    double a, b;
} Shape;

/* Where a growing function reaches p, between low and high. */
static double invert(double (*probability)(double x, Shape shape), Shape shape, double p,
                     double low, double high)
{
    for (int i = 0; i < 1100; i++) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            break;
        }
        if (probability(middle, shape) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2;
}

static double normal_body(double x, Shape shape)
{
    (void)shape;
    return probability_normal(x);
}

static double beta_body(double x, Shape shape)
{
    return probability_beta(x, shape.a, shape.b);
}

static double f_body(double x, Shape shape)
{
    return probability_f(x, shape.a, shape.b);
}

static double minus_student_tail(double t, Shape shape)
{
    return -student_tail(t, shape.a);
}

/* Beyond this no interval is of use, and squares still fit. */
#define FAR 1e100

double probability_normal_quantile(double p)
{
    /* From the lower tail, where erfc() keeps all digits. */
    return p > 0.5 ? -probability_normal_quantile(1 - p)
                   : invert(normal_body, (Shape){0, 0}, p, -40, 0);
}

double probability_beta_quantile(double p, double a, double b)
{
    return invert(beta_body, (Shape){a, b}, p, 0, 1);
}

double probability_student_quantile(double p, double freedom)
{
    return p < 0.5 ? -probability_student_quantile(1 - p, freedom)
                   : invert(minus_student_tail, (Shape){freedom, 0}, p - 1, 0, FAR);
}

double probability_f_quantile(double p, double numerator, double denominator)
{
    return invert(f_body, (Shape){numerator, denominator}, p, 0, FAR);
}
