// SPDX-License-Identifier: MIT

// zipkin FILE: reads a JSON array of spans into the model of zipkin-go and prints spans, parents, parents that are there,
// microseconds of all spans, annotations, spans without a duration, and errors.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/openzipkin/zipkin-go/model"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	var spans []model.SpanModel
	if err == nil {
		err = json.Unmarshal(text, &spans)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ids := map[model.ID]bool{}
	for _, span := range spans {
		if ids[span.ID] || span.Timestamp.IsZero() || span.LocalEndpoint.Empty() {
			fmt.Fprintln(os.Stderr, "not right:", span.ID)
			os.Exit(1)
		}
		ids[span.ID] = true
	}
	parents, found, annotations, unfinished, errors := 0, 0, 0, 0, 0
	var microseconds int64
	for _, span := range spans {
		if span.ParentID != nil {
			parents++
			if ids[*span.ParentID] {
				found++
			}
		}
		if span.Duration == 0 {
			unfinished++
		}
		if _, has := span.Tags["error"]; has {
			errors++
		}
		microseconds += span.Duration.Microseconds()
		annotations += len(span.Annotations)
	}
	fmt.Println(len(spans), parents, found, microseconds, annotations, unfinished, errors)
}
