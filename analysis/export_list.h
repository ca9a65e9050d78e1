/* SPDX-License-Identifier: MIT */
/* The formats of exports, in the order in which --help shows them: X(name) expects
 * `const ExportFormat EXPORT_name` in analysis/export_name.c. */
X(otlp)
X(jaeger)
X(zipkin)
X(chrome)
X(shiviz)
X(csv)
X(graphml)
X(gexf)
X(dot)
X(pcapng)
