// Package content holds the texts, facts and rules that volunteers edit, as they were when the program was built.
package content

import "embed"

// FS is the content folder: facts.yaml, route.yaml, words, ui, articles and all the rest.
//
//go:embed all:*
var FS embed.FS
