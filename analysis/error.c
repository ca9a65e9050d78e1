/* SPDX-License-Identifier: MIT */
/* The error domain of the analysis. */
#include "analysis/error.h"

GQuark analysis_error_quark(void)
{
    return g_quark_from_static_string("skein-analysis");
}
