//go:build webbuilt

package ui

import "embed"

// What “make build” copied from web/build.
//
//go:embed all:built
var files embed.FS

const (
	folder = "built"
	built  = true
)
