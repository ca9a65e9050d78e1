/* SPDX-License-Identifier: MIT */
/* What `skein new NAME` writes. `@name@` stands for the name, `@Name@` for the type's name,
 * `@title@` for the name in words. */
#ifndef CLI_NEW_TEMPLATE_H
#define CLI_NEW_TEMPLATE_H

extern const char NEW_TEMPLATE_C[];
extern const char NEW_TEMPLATE_YAML[];

#endif
