package app

import (
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/kithhq/kith/internal/config"
)

// Logger makes the log that a configuration asks for. Secrets are of a type that
// prints as •••, so no line can hold one by chance.
func Logger(c config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// version is what scripts/build.sh says; nothing else writes it.
var version string

// Version names this build: what the build said, the module's version, or the
// commit it was made of.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
