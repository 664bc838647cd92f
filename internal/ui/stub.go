//go:build !webbuilt

package ui

import "embed"

// The page that says how to build the real one, so that a fresh clone builds.
//
//go:embed all:dist
var files embed.FS

const (
	folder = "dist"
	built  = false
)
