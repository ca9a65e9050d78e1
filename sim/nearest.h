/* SPDX-License-Identifier: MIT */
/* "Did you mean": the candidate nearest to a mistyped name by edit distance. */
#ifndef SIM_NEAREST_H
#define SIM_NEAREST_H

/* candidates is NULL-terminated. NULL when none is near (more than a third of the letters differ).
 */
const char *nearest_name(const char *name, const char *const *candidates);

#endif
